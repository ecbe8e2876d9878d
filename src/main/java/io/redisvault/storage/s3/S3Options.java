package io.redisvault.storage.s3;

import io.redisvault.config.VaultConfig;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Settings for writing objects.
 *
 * @param encryption by the server, for example {@code aws:kms}
 * @param kmsKey id of the key for encryption with KMS
 * @param storageClass for example {@code STANDARD_IA}
 * @param conditionalWrites whether the server can refuse to replace an object
 */
public record S3Options(
        Optional<String> encryption,
        Optional<String> kmsKey,
        Optional<String> storageClass,
        boolean conditionalWrites) {

    static S3Options of(VaultConfig.Storage storage) {
        return new S3Options(storage.sse(), storage.sseKmsKeyId(), storage.storageClass(), storage.conditionalWrites());
    }

    PutObjectRequest.Builder apply(PutObjectRequest.Builder request) {
        encryption.ifPresent(request::serverSideEncryption);
        kmsKey.ifPresent(request::ssekmsKeyId);
        storageClass.ifPresent(request::storageClass);
        return request;
    }

    CreateMultipartUploadRequest.Builder apply(CreateMultipartUploadRequest.Builder request) {
        encryption.ifPresent(request::serverSideEncryption);
        kmsKey.ifPresent(request::ssekmsKeyId);
        storageClass.ifPresent(request::storageClass);
        return request;
    }
}
