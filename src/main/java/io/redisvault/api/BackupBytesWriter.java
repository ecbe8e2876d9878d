package io.redisvault.api;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Sends a backup chunk by chunk, each once the one before has left. A failure before the first chunk is answered as any
 * other; after it the connection breaks, so that nobody takes what arrived for whole.
 */
@Provider
class BackupBytesWriter implements ServerMessageBodyWriter<BackupBytes> {

    private static final Logger LOG = Logger.getLogger(BackupBytesWriter.class);

    @Override
    public void writeResponse(BackupBytes body, Type type, ServerRequestContext context) {
        ResteasyReactiveRequestContext call = (ResteasyReactiveRequestContext) context;
        ServerHttpResponse response = call.serverResponse();
        call.suspend();
        // Vert.x wants to know before the first chunk that this is no chunked answer.
        response.setResponseHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
        Cancellable sending = body.bytes()
                .onFailure()
                .invoke(failure -> report(body, failure, response))
                .onItem()
                .transformToUniAndConcatenate(chunk -> send(chunk, response))
                .onItem()
                .ignoreAsUni()
                .subscribe()
                .with(
                        sent -> {
                            response.end();
                            call.resume();
                        },
                        failure -> breakOff(failure, call, response));
        response.addCloseHandler(() -> {
            sending.cancel();
            call.close();
        });
    }

    private static Uni<Void> send(byte[] bytes, ServerHttpResponse response) {
        return Uni.createFrom().completionStage(() -> response.write(bytes));
    }

    /** If it cannot be answered any more. */
    private static void report(BackupBytes body, Throwable failure, ServerHttpResponse response) {
        if (response.headWritten()) {
            LOG.errorf("download of %s broken off: %s", body.name(), failure.getMessage());
        }
    }

    private static void breakOff(Throwable failure, ResteasyReactiveRequestContext call, ServerHttpResponse response) {
        if (response.headWritten()) {
            response.reset();
            call.close();
        } else {
            response.removeResponseHeader(HttpHeaders.CONTENT_LENGTH);
            call.resume(failure, true);
        }
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return type == BackupBytes.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == BackupBytes.class;
    }

    @Override
    public void writeTo(
            BackupBytes body,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out) {
        throw new UnsupportedOperationException("would block");
    }
}
