package io.redisvault.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Rejects answers that are incomplete, not from S3, or errors with the status of success. The client would take them
 * for an empty listing, or for an upload or deletion that succeeded. Also limits the memory for an answer.
 */
final class S3WholeAnswers implements ExecutionInterceptor {

    /** In bytes, for answers other than objects: several times a page of a thousand long names. */
    private static final long MAX_LENGTH = 8 << 20;

    /** An answer must have the first of these fields that its type defines. */
    private static final List<String> ESSENTIAL = List.of("IsTruncated", "UploadId", "ETag");

    /** In bytes; how much of an answer is searched for an error. */
    private static final int MAX_ERROR_LENGTH = 4096;

    private static final Pattern ERROR =
            Pattern.compile("(?s)[^<]*(?:<\\?.*?\\?>\\s*)?<(?:\\w+:)?Error\\b.*?</(?:\\w+:)?Error>");

    private static final Pattern PAGE = Pattern.compile("(?i)\\W*<(!doctype\\s+)?html\\b");

    /** Headers that the client parses, but nobody reads. It logs a stack trace, or fails, if it cannot. */
    private static final Pattern UNUSED =
            Pattern.compile("(?i)last-modified|expires|x-amz-(mp-parts-count|missing-meta|tagging-count|object-lock-.*"
                    + "|.*-bucket-key-enabled)");

    /** Servers and proxies differ in answering {@code Expect}. Bodies are in memory, so we can do without. */
    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        return context.httpRequest().copy(request -> request.removeHeader("Expect"));
    }

    @Override
    public SdkHttpResponse modifyHttpResponse(Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        SdkHttpResponse.Builder headers = context.httpResponse().toBuilder().clearHeaders();
        // Some proxies send headers twice.
        context.httpResponse().headers().forEach((name, values) -> {
            if (!UNUSED.matcher(name).matches()) {
                headers.putHeader(name, values.stream().distinct().toList());
            }
        });
        SdkHttpResponse answer = headers.build();
        if (context.request() instanceof GetObjectRequest) {
            return answer;
        }
        if (context.request() instanceof HeadObjectRequest) {
            if (answer.isSuccessful() && S3Failure.hasTypeOfPage(answer) && !isS3(answer)) {
                throw page();
            }
            // An error without a body is not a web page.
            return answer.toBuilder().removeHeader("Content-Type").build();
        }
        if (answer.firstMatchingHeader("Content-Encoding")
                .filter(encoding -> !encoding.equalsIgnoreCase("identity"))
                .isPresent()) {
            throw refused("its answer is packed, and was not to be");
        }
        return answer;
    }

    @Override
    public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        if (context.request() instanceof GetObjectRequest) {
            return context.responsePublisher();
        }
        boolean successful = context.httpResponse().isSuccessful();
        return context.responsePublisher().map(body -> SdkPublisher.adapt(body).map(new Body(successful)));
    }

    /** Checks a body chunk by chunk. Some servers keep a connection open with white space, illegal before XML. */
    private static final class Body implements Function<ByteBuffer, ByteBuffer> {
        private final boolean successful;
        private final StringBuilder start = new StringBuilder();
        private long length;

        Body(boolean successful) {
            this.successful = successful;
        }

        @Override
        public ByteBuffer apply(ByteBuffer bytes) {
            length += bytes.remaining();
            if (length > MAX_LENGTH) {
                throw new StorageException.Other("S3's answer is too long", null);
            }
            while (start.isEmpty() && bytes.hasRemaining() && Character.isWhitespace(bytes.get(bytes.position()))) {
                bytes.get();
            }
            if (start.length() < MAX_ERROR_LENGTH) {
                int more = Math.min(bytes.remaining(), MAX_ERROR_LENGTH);
                start.append(ISO_8859_1.decode(bytes.slice(bytes.position(), more)));
                if (successful) {
                    requireNoPageOrError(start);
                }
            }
            return bytes;
        }
    }

    private static void requireNoPageOrError(CharSequence start) {
        if (PAGE.matcher(start).lookingAt()) {
            throw page();
        }
        if (ERROR.matcher(start).lookingAt()) {
            String code = element("Code", start);
            throw S3Exception.builder()
                    .statusCode(code.equals("AccessDenied") ? 403 : code.startsWith("NoSuch") ? 404 : 500)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode(code)
                            .errorMessage(element("Message", start) + ", in an answer with the status of success")
                            .build())
                    .build();
        }
    }

    private static String element(String name, CharSequence xml) {
        Matcher found = Pattern.compile("<(?:\\w+:)?" + name + ">([^<]*)<").matcher(xml);
        return found.find() ? found.group(1) : "";
    }

    /** Decides by the headers: some servers give all answers the type of a web page. */
    private static boolean isS3(SdkHttpResponse answer) {
        return answer.headers().keySet().stream().anyMatch(name -> name.matches("(?i)etag|x-amz-.*"));
    }

    private static SdkClientException page() {
        return refused("a web page came instead of an answer; correct S3_ENDPOINT");
    }

    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        SdkResponse response = context.response();
        if (context.request() instanceof GetObjectRequest || context.request() instanceof HeadObjectRequest) {
            return;
        }
        ESSENTIAL.stream()
                .filter(name -> response.sdkFields().stream()
                        .anyMatch(field -> field.memberName().equals(name)))
                .findFirst()
                .filter(name -> response.getValueForField(name, Object.class)
                        .map(Object::toString)
                        .filter(value -> !value.isBlank())
                        .isEmpty())
                .ifPresent(name -> {
                    throw refused("its answer has no " + name);
                });
    }

    /** Has an IOException as its cause, so that the request is retried. */
    private static SdkClientException refused(String why) {
        return SdkClientException.create("refused answer", new IOException(why));
    }
}
