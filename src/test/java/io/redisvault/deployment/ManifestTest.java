package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests are what Kubernetes understands, and keep the promises of a sidecar. */
class ManifestTest {

    @ParameterizedTest
    @MethodSource("files")
    void everyDocumentIsOfTheApi(Path file) {
        assertThat(Manifests.read(file).documents()).isNotEmpty();
    }

    static Stream<Path> files() {
        return Deployments.files();
    }

    @Test
    void aFieldThatTheApiDoesNotKnowIsRefused() throws IOException {
        String good = Files.readString(Path.of("k8s/deployment.yaml"));
        assertThatThrownBy(() -> Manifests.parse(good.replace("failureThreshold:", "failureTreshold:")))
                .hasMessageContaining("failureTreshold");
        assertThatThrownBy(() -> Manifests.parse(good.replace("automountServiceAccountToken:", "hostNetwrk:")))
                .hasMessageContaining("hostNetwrk");
        assertThatThrownBy(() -> Manifests.parse("kind: Service\nkind: Service"))
                .hasMessageContaining("duplicate key");
    }

    @Test
    void everyKustomizationIsRendered() {
        Deployments.mustBeRendered();
        assertThat(Deployments.rendered().map(Named::getName))
                .containsExactlyInAnyOrder(
                        "k8s",
                        "k8s/base",
                        "k8s/monitoring",
                        "k8s/overlays/drill",
                        "k8s/overlays/gcs",
                        "k8s/overlays/restore-on-init",
                        "k8s/overlays/s3",
                        "k8s/overlays/s3-compatible");
        assertThat(Deployments.rendered()).allSatisfy(manifests -> assertThat(
                        manifests.getPayload().documents())
                .extracting(HasMetadata::getMetadata)
                .allSatisfy(metadata -> assertThat(metadata.getNamespace()).isEqualTo("redis")));
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theSidecarStartsBeforeRedisAndStopsAfterIt(Manifests manifests) {
        Container sidecar = sidecar(manifests);
        assertThat(sidecar.getRestartPolicy()).isEqualTo("Always");
        // Redis would wait for it.
        assertThat(sidecar.getStartupProbe()).isNull();
        assertThat(pod(manifests).getContainers())
                .extracting(Container::getName)
                .containsExactly("redis");
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theSidecarOnlyReadsTheDataOfRedisAsTheSameUser(Manifests manifests) {
        VolumeMount ofRedis = mount(pod(manifests).getContainers().get(0), "/data");
        VolumeMount ofSidecar = mount(sidecar(manifests), "/data");
        assertThat(ofSidecar.getName()).isEqualTo(ofRedis.getName());
        assertThat(ofSidecar.getReadOnly()).isTrue();
        assertThat(pod(manifests).getSecurityContext().getRunAsUser()).isEqualTo(999);
        assertThat(containers(pod(manifests))).allSatisfy(container -> assertThat(
                        container.getSecurityContext().getRunAsUser())
                .isNull());
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void thePodIsRestricted(Manifests manifests) {
        assertRestricted(pod(manifests));
    }

    @Test
    void aRestoreToAnEarlierTimeWorksOnTheVolumeAsRedisWould() {
        PodSpec redis = pod(Manifests.read(Path.of("k8s/deployment.yaml")));
        Pod pod = Manifests.read(Path.of("k8s/restore/pod.yaml")).the(Pod.class);
        assertThat(pod.getMetadata().getNamespace()).isEqualTo("redis");
        PodSpec restore = pod.getSpec();
        assertRestricted(restore);
        assertThat(restore.getSecurityContext().getRunAsUser())
                .isEqualTo(redis.getSecurityContext().getRunAsUser());
        assertThat(restore.getServiceAccountName()).isEqualTo(redis.getServiceAccountName());
        assertThat(restore.getContainers().get(0).getEnvFrom())
                .isEqualTo(redis.getInitContainers().get(0).getEnvFrom());
        assertRegionOfTheConfigMap(restore.getContainers().get(0));
        // What failed for good is seen as failed.
        assertThat(restore.getRestartPolicy()).isEqualTo("Never");
        assertThat(restore.getVolumes().get(0).getPersistentVolumeClaim().getClaimName())
                .isEqualTo("data-redis-0");
    }

    private static void assertRestricted(PodSpec pod) {
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(containers(pod)).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
        });
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theSidecarTellsAndIsGivenWhatItNeeds(Manifests manifests) {
        Container sidecar = sidecar(manifests);
        assertThat(sidecar.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/q/health/live");
        assertThat(sidecar.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/q/health/ready");
        assertThat(List.of(sidecar.getLivenessProbe(), sidecar.getReadinessProbe()))
                .allSatisfy(probe -> assertThat(probe.getHttpGet().getPort().getStrVal())
                        .isEqualTo(sidecar.getPorts().get(0).getName()));
        assertThat(mount(sidecar, "/tmp").getReadOnly()).isNull();
        assertThat(sidecar.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(sidecar.getResources().getLimits()).containsEntry("memory", new Quantity("224Mi"));
        EnvVar name = sidecar.getEnv().get(0);
        assertThat(name.getName()).isEqualTo("REDIS_NODE_NAME");
        assertThat(name.getValueFrom().getFieldRef().getFieldPath()).isEqualTo("metadata.name");
        // A Secret that is not there must not keep Redis from starting.
        assertThat(sidecar.getEnvFrom().get(1).getSecretRef().getOptional()).isTrue();
    }

    /** A webhook of EKS sets it to the cluster's where it is not among these, and overrules what comes by envFrom. */
    @ParameterizedTest
    @MethodSource("deployments")
    void theRegionIsTheOneOfTheConfigMap(Manifests manifests) {
        assertThat(pod(manifests).getInitContainers()).allSatisfy(ManifestTest::assertRegionOfTheConfigMap);
    }

    private static void assertRegionOfTheConfigMap(Container vault) {
        assertThat(vault.getEnv())
                .filteredOn(variable -> variable.getName().equals("AWS_REGION"))
                .extracting(variable -> variable.getValueFrom().getConfigMapKeyRef())
                .containsExactly(new ConfigMapKeySelector("AWS_REGION", "redis-vault", true));
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void whatBelongsTogetherIsNamedTheSame(Manifests manifests) {
        StatefulSet redis = manifests.the(StatefulSet.class);
        assertThat(redis.getSpec().getTemplate().getMetadata().getLabels())
                .isEqualTo(redis.getSpec().getSelector().getMatchLabels())
                .isEqualTo(manifests
                        .the(NetworkPolicy.class)
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels());
        assertThat(pod(manifests).getServiceAccountName())
                .isEqualTo(manifests.the(ServiceAccount.class).getMetadata().getName());
        assertThat(manifests.all(Service.class).filter(service -> service.getMetadata()
                        .getName()
                        .equals(redis.getSpec().getServiceName())))
                .singleElement()
                .satisfies(
                        service -> assertThat(service.getSpec().getClusterIP()).isEqualTo("None"));
    }

    @Test
    void theRestoreEndsBeforeTheSidecarStarts() {
        Manifests manifests = overlay("restore-on-init");
        List<Container> first = pod(manifests).getInitContainers();
        assertThat(first).extracting(Container::getName).containsExactly("redis-vault-restore", "redis-vault");
        assertThat(first.get(0).getRestartPolicy()).isNull();
        assertThat(first.get(0).getArgs()).containsExactly("restore", "latest", "--if-empty", "--to", "/data");
        assertThat(first.get(0).getImage()).isEqualTo(first.get(1).getImage());
        assertThat(first.get(0).getEnv()).isEqualTo(first.get(1).getEnv());
        assertThat(first.get(0).getEnvFrom()).isEqualTo(first.get(1).getEnvFrom());
        assertThat(mount(first.get(0), "/data").getReadOnly()).isNull();
    }

    @Test
    void theDrillLoadsTheBackupWithTheServerOfThePod() {
        Manifests manifests = overlay("drill");
        PodSpec drill = manifests
                .the(CronJob.class)
                .getSpec()
                .getJobTemplate()
                .getSpec()
                .getTemplate()
                .getSpec();
        assertRestricted(drill);
        Container redis = drill.getInitContainers().get(0);
        Container vault = drill.getContainers().get(0);
        // Else the job would never end.
        assertThat(redis.getRestartPolicy()).isEqualTo("Always");
        assertThat(redis.getImage())
                .isEqualTo(pod(manifests).getContainers().get(0).getImage());
        assertThat(vault.getImage()).isEqualTo(sidecar(manifests).getImage());
        assertThat(vault.getArgs()).containsExactly("drill", "--into", "redis://127.0.0.1:6380");
        assertThat(redis.getArgs()).containsSubsequence("--port", "6380", "--bind", "127.0.0.1");
        assertThat(vault.getEnvFrom()).isEqualTo(sidecar(manifests).getEnvFrom());
        assertRegionOfTheConfigMap(vault);
        assertThat(drill.getServiceAccountName()).isEqualTo(pod(manifests).getServiceAccountName());
        assertThat(mount(redis, "/data").getName())
                .isNotEqualTo(mount(vault, "/tmp").getName());
    }

    @Test
    void eachCloudHasItsOwnIdentity() {
        assertThat(annotations(overlay("s3"))).containsKey("eks.amazonaws.com/role-arn");
        assertThat(annotations(overlay("gcs"))).containsOnlyKeys("iam.gke.io/gcp-service-account");
        assertThat(annotations(overlay("s3-compatible"))).isEmpty();
    }

    static Stream<Named<Manifests>> deployments() {
        return Deployments.all();
    }

    private static Manifests overlay(String name) {
        Deployments.mustBeRendered();
        return Deployments.rendered()
                .filter(manifests -> manifests.getName().endsWith("/" + name))
                .findFirst()
                .orElseThrow()
                .getPayload();
    }

    private static Map<String, String> annotations(Manifests manifests) {
        return manifests.the(ServiceAccount.class).getMetadata().getAnnotations();
    }

    private static PodSpec pod(Manifests manifests) {
        return manifests.the(StatefulSet.class).getSpec().getTemplate().getSpec();
    }

    private static Container sidecar(Manifests manifests) {
        return pod(manifests).getInitContainers().stream()
                .filter(container -> container.getName().equals("redis-vault"))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    private static VolumeMount mount(Container container, String path) {
        return container.getVolumeMounts().stream()
                .filter(mount -> mount.getMountPath().equals(path))
                .findFirst()
                .orElseThrow();
    }
}
