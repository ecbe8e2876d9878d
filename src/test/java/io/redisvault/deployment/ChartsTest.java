package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The values for charts put the sidecar of {@code k8s/components/sidecar} beside the Redis of each. */
class ChartsTest {

    /** Where {@code .ci/charts} puts what helm renders. */
    private static final Path RENDERED = Path.of("target/charts/rendered");

    static Stream<Named<Container>> sidecars() {
        return Deployments.charts();
    }

    @ParameterizedTest
    @MethodSource("sidecars")
    void theSidecarIsThatOfTheComponent(Container sidecar) {
        Container component = Manifests.read(Path.of("k8s/components/sidecar/sidecar.yaml"))
                .the(StatefulSet.class)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getInitContainers()
                .get(0);
        if (sidecar.getRestartPolicy() == null) {
            // An operator that takes no more of a sidecar.
            component.setRestartPolicy(null);
            component.setLivenessProbe(null);
            component.setEnvFrom(List.of());
        }
        assertThat(sidecar)
                .usingRecursiveComparison()
                .ignoringFields("env", "volumeMounts", "securityContext.runAsUser", "securityContext.runAsGroup")
                .isEqualTo(component);
        assertThat(sidecar.getEnv()).extracting(EnvVar::getName).contains("REDIS_NODE_NAME", "AWS_REGION");
        assertThat(sidecar.getVolumeMounts())
                .allSatisfy(mount -> assertThat(mount.getReadOnly()).isTrue());
    }

    @Test
    void inTheChartItReadsTheVolumeOfRedisAsTheSameUser() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(RENDERED), "no charts on this machine: .ci/charts gets them");
        try (Stream<Path> charts = Files.list(RENDERED)) {
            assertThat(charts.sorted()).isNotEmpty().allSatisfy(chart -> {
                List<StatefulSet> beside = Manifests.workloads(Files.readString(chart))
                        .filter(workload -> sidecar(workload) != null)
                        .toList();
                assertThat(beside).isNotEmpty().allSatisfy(ChartsTest::assertThatItFits);
            });
        }
    }

    private static void assertThatItFits(StatefulSet workload) {
        PodSpec pod = workload.getSpec().getTemplate().getSpec();
        Container sidecar = sidecar(workload);
        Container redis = pod.getContainers().get(0);
        assertThat(redis.getVolumeMounts()).extracting(VolumeMount::getName).contains(mount(sidecar, "/data"));
        assertThat(Stream.concat(
                        pod.getVolumes().stream().map(Volume::getName),
                        workload.getSpec().getVolumeClaimTemplates().stream()
                                .map(HasMetadata::getMetadata)
                                .map(claim -> claim.getName())))
                .containsAll(sidecar.getVolumeMounts().stream()
                        .map(VolumeMount::getName)
                        .toList());
        assertThat(user(sidecar, pod)).isNotNull().isEqualTo(user(redis, pod));
        long grace = Objects.requireNonNullElse(pod.getTerminationGracePeriodSeconds(), 30L);
        String shutdown = sidecar.getEnv().stream()
                .filter(variable -> variable.getName().equals("SHUTDOWN_TIMEOUT"))
                .map(EnvVar::getValue)
                .findFirst()
                .orElse("30s");
        assertThat(grace).isGreaterThanOrEqualTo(Long.parseLong(shutdown.replace("s", "")) + 10);
    }

    private static Container sidecar(StatefulSet workload) {
        return workload.getSpec().getTemplate().getSpec().getInitContainers().stream()
                .filter(container -> container.getName().equals("redis-vault"))
                .findFirst()
                .orElse(null);
    }

    private static String mount(Container container, String path) {
        return container.getVolumeMounts().stream()
                .filter(mount -> mount.getMountPath().equals(path))
                .findFirst()
                .orElseThrow()
                .getName();
    }

    private static Long user(Container container, PodSpec pod) {
        Long own = container.getSecurityContext().getRunAsUser();
        return own == null && pod.getSecurityContext() != null
                ? pod.getSecurityContext().getRunAsUser()
                : own;
    }
}
