package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.fanfara.testing.GatewayProcess;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators deploy: manifests that are what their kinds say, and a gateway that runs with what is in them. */
class DeploymentIT {
    private static final Path K8S = Path.of("k8s");
    private static final Path MONITORING = K8S.resolve("components/monitoring");
    /** What stopping takes beyond the drain window. */
    private static final int STOPPING_SECONDS = 5;

    private static final Map<String, Class<?>> KINDS = Map.ofEntries(
            Map.entry("ConfigMap", ConfigMap.class),
            Map.entry("HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("Ingress", Ingress.class),
            Map.entry("Namespace", Namespace.class),
            Map.entry("NetworkPolicy", NetworkPolicy.class),
            Map.entry("PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("PrometheusRule", PrometheusRule.class),
            Map.entry("Secret", Secret.class),
            Map.entry("Service", Service.class),
            Map.entry("ServiceAccount", ServiceAccount.class),
            Map.entry("ServiceMonitor", ServiceMonitor.class),
            Map.entry("StatefulSet", StatefulSet.class));

    private static final Pattern METRIC =
            Pattern.compile("\\b(?:fanfara|jvm|process|vertx|websocket)_[a-z0-9_]+(?=[{\\[\\s)]|$)");

    /** What the models do not know is a mistake: they would keep it as something additional. */
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated member) {
                    return false;
                }
            });

    @TempDir
    private Path directory;

    @Test
    void everyManifestIsWhatItsKindSays() throws IOException {
        int read = 0;
        for (Path file : files(K8S, ".yaml")) {
            if (!file.endsWith("kustomization.yaml")) {
                read += typed(Files.readString(file)).size();
            }
        }
        assertThat(read).isGreaterThanOrEqualTo(13);
    }

    @Test
    void everyFileIsPartOfADeployment() throws IOException {
        for (Path kustomization : files(K8S, "kustomization.yaml")) {
            Path folder = kustomization.getParent();
            String text = Files.readString(kustomization);
            try (Stream<Path> beside = Files.list(folder)) {
                assertThat(beside.filter(Files::isRegularFile)
                                .map(file -> file.getFileName().toString())
                                .filter(name -> !name.equals("kustomization.yaml")))
                        .allSatisfy(name -> assertThat(text).contains(name));
            }
            for (JsonNode resource : YAML.readTree(text).path("resources")) {
                assertThat(folder.resolve(resource.asText())).exists();
            }
        }
    }

    /** Where kubectl is at hand, what it makes of the overlays is read too. */
    @Test
    void overlaysAreCompleteDeployments() throws Exception {
        for (String overlay : List.of("dev", "prod")) {
            Path folder = K8S.resolve("overlays").resolve(overlay);
            if (!has("kubectl")) {
                assertThat(folder.resolve("kustomization.yaml")).exists();
                continue;
            }
            List<Object> objects = typed(run("kubectl", "kustomize", folder.toString()));
            StatefulSet gateways = one(objects, StatefulSet.class);
            ConfigMap config = one(objects, ConfigMap.class);
            JsonObject settings = new JsonObject(config.getData().get("fanfara.json"));
            PodSpec pod = gateways.getSpec().getTemplate().getSpec();
            Container gateway = pod.getContainers().get(0);

            int window = Integer.parseInt(
                    settings.getJsonObject("drain").getString("window").replace("s", ""));
            assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(window + STOPPING_SECONDS);
            assertThat(pod.getEnableServiceLinks())
                    .as("variables of services would be taken for settings")
                    .isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(gateway.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
            assertThat(gateway.getVolumeMounts()).allMatch(mount -> mount.getSubPath() == null);
            for (Probe probe :
                    List.of(gateway.getStartupProbe(), gateway.getReadinessProbe(), gateway.getLivenessProbe())) {
                assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("management");
            }
            Map<String, Integer> ports = gateway.getPorts().stream()
                    .collect(Collectors.toMap(port -> port.getName(), port -> port.getContainerPort()));
            assertThat(ports)
                    .containsEntry("http", settings.getJsonObject("server").getInteger("port"));
            objects.stream()
                    .filter(Service.class::isInstance)
                    .map(Service.class::cast)
                    .forEach(service -> {
                        assertThat(service.getSpec().getPorts())
                                .allMatch(port -> ports.containsKey(
                                        port.getTargetPort() == null
                                                        || port.getTargetPort().getStrVal() == null
                                                ? port.getName()
                                                : port.getTargetPort().getStrVal()));
                        assertThat(gateways.getSpec()
                                        .getTemplate()
                                        .getMetadata()
                                        .getLabels())
                                .containsAllEntriesOf(service.getSpec().getSelector());
                    });
        }
    }

    /** The configuration of the base, with what Kubernetes would put in place; and the metrics its operators look at. */
    @Test
    void aGatewayRunsWithWhatIsInTheBaseAndHasEveryMetricThatIsWatched() throws IOException {
        for (String secret : List.of("admin-token", "jwt-secret", "api-key")) {
            Files.writeString(directory.resolve(secret), "of at least thirty-two bytes: " + secret);
        }
        Path config = directory.resolve("fanfara.json");
        Files.writeString(
                config,
                Files.readString(K8S.resolve("base/fanfara.json"))
                        .replace("/run/secrets/fanfara", directory.toString())
                        .replace("\"0.0.0.0\"", "\"127.0.0.1\""));
        List<Integer> ports = GatewayProcess.freePorts(2);
        try (GatewayProcess gateway = GatewayProcess.launch(
                Path.of(""),
                Map.of("POD_IP", "127.0.0.1", "MEMBERS_SERVICE", "localhost"),
                "-c",
                config.toString(),
                "--set",
                "cluster.port=" + ports.get(0),
                "--set",
                "cluster.eventBusPort=" + ports.get(1),
                "--set",
                "drain.window=0s")) {
            gateway.awaitReady();
            Set<String> scraped = gateway.management("/metrics")
                    .body()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.replaceFirst("[{ ].*", ""))
                    .collect(Collectors.toCollection(TreeSet::new));

            assertThat(watched(Files.readString(MONITORING.resolve("dashboard.json"))))
                    .hasSizeGreaterThan(15)
                    .allMatch(scraped::contains);
            assertThat(watched(Files.readString(MONITORING.resolve("prometheusrule.yaml"))))
                    .hasSizeGreaterThan(8)
                    .allMatch(scraped::contains);
        }
    }

    @Test
    void theRulesOfAlertsCanBeEvaluated() throws Exception {
        JsonNode rules = YAML.readTree(MONITORING.resolve("prometheusrule.yaml").toFile());
        assertThat(rules.at("/spec/groups/0/rules"))
                .isNotEmpty()
                .allSatisfy(rule ->
                        assertThat(rule.at("/annotations/description").asText()).isNotBlank());
        Path file = directory.resolve("rules.yaml");
        YAML.writeValue(file.toFile(), rules.path("spec"));
        assertThat(run("promtool", "check", "rules", file.toString())).contains("SUCCESS");
    }

    private static Set<String> watched(String text) {
        Set<String> names = new TreeSet<>();
        Matcher metric = METRIC.matcher(text);
        while (metric.find()) {
            names.add(metric.group());
        }
        return names;
    }

    private static List<Object> typed(String documents) throws IOException {
        List<Object> objects = new ArrayList<>();
        for (String document : documents.split("(?m)^---$")) {
            String kind = YAML.readTree(document).path("kind").asText();
            assertThat(KINDS).as(document).containsKey(kind);
            objects.add(YAML.readValue(document, KINDS.get(kind)));
        }
        return objects;
    }

    private static <T> T one(List<Object> objects, Class<T> type) {
        return objects.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static boolean has(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
