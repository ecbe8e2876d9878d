package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Has a request sent again whose answer broke off among its headers. The client takes such an answer for a whole one: a
 * listing without objects, an upload that succeeded. Bounds what an answer may take of memory.
 */
final class S3WholeAnswers implements ExecutionInterceptor {

    /** In bytes, of what is no object: several times a page of a thousand long names. */
    private static final long MOST = 8 << 20;

    /** Fields of each answer that we rely on. */
    private static final Map<Class<? extends SdkResponse>, String> ESSENTIAL = Map.of(
            HeadObjectResponse.class, "ContentLength",
            PutObjectResponse.class, "ETag",
            CreateMultipartUploadResponse.class, "UploadId",
            UploadPartResponse.class, "ETag",
            CompleteMultipartUploadResponse.class, "ETag",
            ListObjectsV2Response.class, "IsTruncated",
            ListMultipartUploadsResponse.class, "IsTruncated");

    /** Servers and proxies answer {@code Expect} as they like, or not at all; bodies are in memory, and may be sent again. */
    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        return context.httpRequest().copy(request -> request.removeHeader("Expect"));
    }

    /** The client would unpack an answer, however large it becomes. */
    @Override
    public SdkHttpResponse modifyHttpResponse(Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        if (!(context.request() instanceof GetObjectRequest)
                && context.httpResponse()
                        .firstMatchingHeader("Content-Encoding")
                        .isPresent()) {
            throw broken("its answer is packed, and was not to be");
        }
        return context.httpResponse();
    }

    @Override
    public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        if (context.request() instanceof GetObjectRequest) {
            return context.responsePublisher();
        }
        AtomicLong length = new AtomicLong();
        return context.responsePublisher().map(body -> SdkPublisher.adapt(body).map(bytes -> {
            if (length.addAndGet(bytes.remaining()) > MOST) {
                throw new StorageException.Other("S3's answer is too long", null);
            }
            return bytes;
        }));
    }

    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        SdkResponse response = context.response();
        String field = ESSENTIAL.get(response.getClass());
        if (field != null && response.getValueForField(field, Object.class).isEmpty()) {
            boolean page = context.httpResponse()
                    .firstMatchingHeader("Content-Type")
                    .filter(type -> type.startsWith("text/html"))
                    .isPresent();
            throw broken(
                    page
                            ? "a web page came instead of an answer; correct S3_ENDPOINT"
                            : "its answer broke off, it has no " + field);
        }
    }

    /** The client tries again what fails by an IOException. */
    private static SdkClientException broken(String why) {
        return SdkClientException.create("broken answer", new IOException(why));
    }
}
