package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.redisvault.VaultVersion;
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

    private static final String RELEASE = VaultVersion.CURRENT.replace("-SNAPSHOT", "");

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
                        "k8s/overlays/s3-compatible",
                        "k8s/overlays/sidecar");
        assertThat(Deployments.rendered()).allSatisfy(manifests -> assertThat(
                        manifests.getPayload().documents())
                .extracting(HasMetadata::getMetadata)
                .allSatisfy(metadata -> assertThat(metadata.getNamespace()).isEqualTo("redis")));
    }

    /** A symbolic link would do, but its raw address on a web site is only the path of its target. */
    @Test
    void theOneFileIsWhatKubectlRenders() {
        Path file = Path.of("k8s/deployment.yaml");
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(Manifests.read(file).documents())
                .containsExactlyInAnyOrderElementsOf(rendered("k8s").documents());
    }

    /** A changed setting is a changed pod, which is restarted. */
    @Test
    void theNameOfTheConfigMapTellsItsContent() {
        assertThat(overlay("s3").the(ConfigMap.class).getMetadata().getName())
                .matches("redis-vault-[a-z0-9]{10}")
                .isNotEqualTo(overlay("gcs").the(ConfigMap.class).getMetadata().getName());
    }

    @Test
    void everyImageHasAVersion() {
        List<Container> containers = Stream.concat(
                        Deployments.all().flatMap(manifests -> containers(pod(manifests.getPayload()))),
                        containers(restorePod().getSpec()))
                .toList();
        assertThat(containers).hasSizeGreaterThan(10).allSatisfy(container -> {
            if (container.getName().equals("redis")) {
                assertThat(container.getImage()).matches(".*:\\d+\\.\\d+\\.\\d+-alpine");
            } else {
                assertThat(container.getImage()).isEqualTo("redis-vault:" + RELEASE);
                // An image that was loaded into the node counts.
                assertThat(container.getImagePullPolicy()).isEqualTo("IfNotPresent");
            }
        });
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void everyObjectHasTheLabelsOfItsApplication(Manifests manifests) {
        assertThat(manifests.documents())
                .extracting(document -> document.getMetadata().getLabels())
                .allSatisfy(labels -> assertThat(labels)
                        .containsKeys(label("component"), label("managed-by"))
                        .hasEntrySatisfying(
                                label("name"), name -> assertThat(name).isIn("redis", "redis-vault"))
                        .containsEntry(label("instance"), "redis-with-vault")
                        .containsEntry(label("part-of"), "redis"));
        assertThat(manifests.the(StatefulSet.class).getMetadata().getLabels().get(label("version")))
                .isEqualTo(pod(manifests).getContainers().get(0).getImage().replaceAll(".*:|-.*", ""));
    }

    @Test
    void whatIsAppliedBesideItHasThemToo() {
        assertThat(files().filter(file -> file.toString().matches("k8s/(restore|monitoring|secret).*"))
                        .flatMap(file -> Manifests.read(file).documents().stream()))
                .hasSize(4)
                .extracting(document -> document.getMetadata().getLabels())
                .allSatisfy(labels -> assertThat(labels)
                        .containsEntry(label("name"), "redis-vault")
                        .containsEntry(label("instance"), "redis-with-vault")
                        .containsKeys(label("component"), label("part-of")));
        assertThat(restorePod().getMetadata().getLabels()).containsEntry(label("version"), RELEASE);
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void namesAreResolvedWhereverTheResolverIs(Manifests manifests) {
        assertThat(manifests.the(NetworkPolicy.class).getSpec().getEgress().get(0))
                .satisfies(rule -> assertThat(rule.getTo()).isEmpty())
                .satisfies(rule -> assertThat(rule.getPorts())
                        .extracting(port ->
                                port.getProtocol() + " " + port.getPort().getIntVal())
                        .containsExactlyInAnyOrder("UDP 53", "TCP 53"));
    }

    /** Beside a StatefulSet as many have it, of which nothing else changes. */
    @Test
    void theSidecarFitsBesideAnotherRedis() {
        Manifests manifests = overlay("sidecar");
        StatefulSet before =
                Manifests.read(Path.of("k8s/overlays/sidecar/redis.yaml")).the(StatefulSet.class);
        PodSpec pod = pod(manifests);
        assertThat(pod.getContainers())
                .isEqualTo(before.getSpec().getTemplate().getSpec().getContainers());
        assertThat(mount(sidecar(manifests), "/data").getName())
                .isEqualTo(mount(pod.getContainers().get(0), "/data").getName());
        assertRestricted(sidecar(manifests));
        assertThat(sidecar(manifests).getEnvFrom().get(0).getConfigMapRef().getName())
                .isEqualTo(manifests.the(ConfigMap.class).getMetadata().getName());
    }

    @Test
    void probesAndSidecarKnowThePassword() throws IOException {
        Manifests manifests = Deployments.withComponents("password");
        Container redis = pod(manifests).getContainers().get(0);
        assertThat(redis.getArgs())
                .endsWith("--requirepass", "$(REDISCLI_AUTH)")
                .contains("--dir", "/data");
        assertThat(redis.getReadinessProbe().getExec().getCommand().get(2)).contains("redis-cli ping");
        assertThat(secret(redis, "REDISCLI_AUTH"))
                .isEqualTo(secret(sidecar(manifests), "REDIS_PASSWORD"))
                .satisfies(password -> assertThat(password.getName()).isEqualTo("redis-password"));
    }

    private static SecretKeySelector secret(Container container, String variable) {
        return container.getEnv().stream()
                .filter(env -> env.getName().equals(variable))
                .findFirst()
                .orElseThrow()
                .getValueFrom()
                .getSecretKeyRef();
    }

    @Test
    void openShiftChoosesTheUsers() throws IOException {
        Manifests manifests = Deployments.withComponents("drill", "openshift");
        JobSpec drill = manifests.the(CronJob.class).getSpec().getJobTemplate().getSpec();
        assertThat(List.of(pod(manifests), drill.getTemplate().getSpec())).allSatisfy(pod -> {
            PodSecurityContext context = pod.getSecurityContext();
            assertThat(context.getRunAsUser()).isNull();
            assertThat(context.getRunAsGroup()).isNull();
            assertThat(context.getFsGroup()).isNull();
            assertRestricted(pod);
        });
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theSidecarStartsBeforeRedisAndStopsAfterIt(Manifests manifests) {
        Container sidecar = sidecar(manifests);
        assertThat(sidecar.getRestartPolicy()).isEqualTo("Always");
        // Redis would wait for the first, and leave its Service with the second.
        assertThat(sidecar.getStartupProbe()).isNull();
        assertThat(sidecar.getReadinessProbe()).isNull();
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
        Pod pod = restorePod();
        assertThat(pod.getMetadata().getNamespace()).isEqualTo("redis");
        PodSpec restore = pod.getSpec();
        assertRestricted(restore);
        assertThat(restore.getSecurityContext().getRunAsUser())
                .isEqualTo(redis.getSecurityContext().getRunAsUser());
        assertThat(restore.getServiceAccountName()).isEqualTo(redis.getServiceAccountName());
        assertThat(restore.getContainers().get(0).getEnvFrom())
                .isEqualTo(redis.getInitContainers().get(0).getEnvFrom());
        assertRegionOfTheConfigMap(restore.getContainers().get(0), "redis-vault");
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
            SecurityContext context = container.getSecurityContext();
            assertThat(context.getAllowPrivilegeEscalation()).isFalse();
            assertThat(context.getReadOnlyRootFilesystem()).isTrue();
            assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
        });
        // A volume of the node would hold up drains and the autoscaler.
        assertThat(pod.getVolumes())
                .allSatisfy(volume -> assertThat(volume.getEmptyDir()).isNull());
    }

    /** By itself, whatever the pod says. */
    static void assertRestricted(Container vault) {
        SecurityContext context = vault.getSecurityContext();
        assertThat(context.getRunAsNonRoot()).isTrue();
        assertThat(context.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(context.getAllowPrivilegeEscalation()).isFalse();
        assertThat(context.getReadOnlyRootFilesystem()).isTrue();
        assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theSidecarTellsAndIsGivenWhatItNeeds(Manifests manifests) {
        Container sidecar = sidecar(manifests);
        assertThat(sidecar.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/q/health/live");
        assertThat(sidecar.getLivenessProbe().getHttpGet().getPort().getStrVal())
                .isEqualTo(sidecar.getPorts().get(0).getName());
        assertRestricted(sidecar);
        assertThat(sidecar.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(sidecar.getResources().getLimits()).containsEntry("memory", new Quantity("192Mi"));
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
        String name = manifests.the(ConfigMap.class).getMetadata().getName();
        assertThat(pod(manifests).getInitContainers()).allSatisfy(vault -> assertRegionOfTheConfigMap(vault, name));
    }

    private static void assertRegionOfTheConfigMap(Container vault, String configMap) {
        assertThat(vault.getEnvFrom().get(0).getConfigMapRef().getName()).isEqualTo(configMap);
        assertThat(vault.getEnv())
                .filteredOn(variable -> variable.getName().equals("AWS_REGION"))
                .extracting(variable -> variable.getValueFrom().getConfigMapKeyRef())
                .containsExactly(new ConfigMapKeySelector("AWS_REGION", configMap, true));
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void whatBelongsTogetherIsNamedTheSame(Manifests manifests) {
        StatefulSet redis = manifests.the(StatefulSet.class);
        Map<String, String> pod = redis.getSpec().getTemplate().getMetadata().getLabels();
        assertThat(pod)
                .containsAllEntriesOf(redis.getSpec().getSelector().getMatchLabels())
                .containsAllEntriesOf(manifests
                        .the(NetworkPolicy.class)
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels());
        // Other charts' pods have the first one, too.
        assertThat(manifests.all(Service.class))
                .allSatisfy(service ->
                        assertThat(service.getSpec().getSelector()).containsOnlyKeys(label("name"), label("instance")));
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
        assertRestricted(first.get(0));
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
        assertRegionOfTheConfigMap(
                vault, sidecar(manifests).getEnvFrom().get(0).getConfigMapRef().getName());
        assertThat(drill.getServiceAccountName()).isEqualTo(pod(manifests).getServiceAccountName());
    }

    @Test
    void eachCloudHasItsOwnIdentity() {
        assertThat(annotations(overlay("s3"))).containsKey("eks.amazonaws.com/role-arn");
        assertThat(annotations(overlay("gcs"))).containsOnlyKeys("iam.gke.io/gcp-service-account");
        assertThat(annotations(overlay("s3-compatible"))).isEmpty();
    }

    /** Those with a Redis of their own. */
    static Stream<Named<Manifests>> deployments() {
        return Deployments.all().filter(manifests -> manifests.getPayload().has(ServiceAccount.class));
    }

    private static Manifests overlay(String name) {
        return rendered("k8s/overlays/" + name);
    }

    private static Manifests rendered(String directory) {
        Deployments.mustBeRendered();
        return Deployments.rendered()
                .filter(manifests -> manifests.getName().equals(directory))
                .findFirst()
                .orElseThrow()
                .getPayload();
    }

    private static Pod restorePod() {
        return Manifests.read(Path.of("k8s/restore/pod.yaml")).the(Pod.class);
    }

    private static String label(String name) {
        return "app.kubernetes.io/" + name;
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
