package io.redisvault.storage.s3;

import java.io.IOException;
import java.util.Map;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Has a request sent again whose answer broke off among its headers. The client takes such an answer for a whole one: a
 * listing without objects, an upload that succeeded.
 */
final class S3WholeAnswers implements ExecutionInterceptor {

    /** What we build on in each answer. */
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

    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        SdkResponse response = context.response();
        String field = ESSENTIAL.get(response.getClass());
        if (field != null && response.getValueForField(field, Object.class).isEmpty()) {
            // The client tries again what fails by an IOException.
            throw SdkClientException.create(
                    "broken answer", new IOException("its answer broke off, it has no " + field));
        }
    }
}
