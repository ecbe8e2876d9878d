package io.redisvault.storage;

import java.nio.ByteBuffer;

/**
 * One object on its way into a storage whose client blocks. Everything but {@link #stop()} is called on a worker, one
 * call at a time; {@link Uploading} sees to that.
 */
interface Upload {

    /** Claims what is needed; the key is refused here already if it is known to be taken. */
    void open();

    void write(ByteBuffer bytes);

    /** Makes the object visible, create-only. */
    StoredObject publish();

    /** Takes back whatever the calls before it did, also a publication, whether they succeeded or not. Throws nothing. */
    void abandon();

    /** Makes a call that is under way fail soon. Called from any thread, so it must not block. */
    void stop();
}
