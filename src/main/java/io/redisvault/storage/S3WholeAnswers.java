package io.redisvault.storage;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
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

    /** What each answer has that we build on. */
    private static final Map<Class<? extends SdkResponse>, List<String>> ESSENTIAL = Map.of(
            HeadObjectResponse.class, List.of("ContentLength", "ETag"),
            PutObjectResponse.class, List.of("ETag"),
            CreateMultipartUploadResponse.class, List.of("UploadId"),
            UploadPartResponse.class, List.of("ETag"),
            CompleteMultipartUploadResponse.class, List.of("ETag"),
            ListObjectsV2Response.class, List.of("IsTruncated"),
            ListMultipartUploadsResponse.class, List.of("IsTruncated"));

    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        SdkResponse response = context.response();
        for (String field : ESSENTIAL.getOrDefault(response.getClass(), List.of())) {
            if (response.getValueForField(field, Object.class).isEmpty()) {
                // The client tries again what fails by an IOException.
                throw SdkClientException.create(
                        "broken answer", new IOException("its answer broke off, it has no " + field));
            }
        }
    }
}
