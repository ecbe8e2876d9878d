package io.redisvault.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the environment variables that set a key of {@link VaultConfig}; the first that is set wins. Those that
 * start with {@code S3_}, {@code AWS_}, {@code GCS_} or {@code FILESYSTEM_} are ignored with other types of storage.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Variable {

    String[] value();

    /** The original's key for the same setting; whatever is given twice under these names must agree. */
    String formerKey() default "";

    /** Never shown in a message or a log line. */
    boolean secret() default false;

    /** The path of a file with a secret; what does not begin with a slash may be the secret, and is not shown either. */
    boolean secretFile() default false;

    /** An empty value of an optional setting means that it is not set, unless this says that it is a mistake. */
    boolean emptyIsMistake() default false;
}
