package io.redisvault.servers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A headless Chromium that is told what to do by chromedriver, in the protocol of the W3C. */
public final class Browser implements AutoCloseable {

    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process driver;
    private final URI sessions;
    private String session;

    private Browser(Process driver, int port) {
        this.driver = driver;
        this.sessions = URI.create("http://localhost:" + port + "/session");
    }

    /** The program of Debian's package chromium-driver, if there is one. */
    public static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, "chromedriver"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** @param options of Chromium, besides those it needs here */
    public static Browser start(String... options) throws IOException {
        int port = VaultProcess.Builder.freePort();
        Process driver = new ProcessBuilder(program().orElseThrow().toString(), "--port=" + port)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Browser browser = new Browser(driver, port);
        try {
            browser.begin(options);
        } catch (RuntimeException e) {
            browser.close();
            throw e;
        }
        return browser;
    }

    private void begin(String... options) {
        List<String> all =
                new ArrayList<>(List.of("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"));
        all.addAll(List.of(options));
        Map<String, Object> chromium = Map.of("args", all);
        Map<String, Object> wanted =
                Map.of("goog:chromeOptions", chromium, "goog:loggingPrefs", Map.of("browser", "ALL"));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (session == null) {
            try {
                session = send("POST", sessions, Map.of("capabilities", Map.of("alwaysMatch", wanted)))
                        .get("sessionId")
                        .asText();
            } catch (UncheckedIOException notYet) {
                if (System.nanoTime() > deadline || !driver.isAlive()) {
                    throw notYet;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public void open(URI page) {
        post("url", Map.of("url", page.toString()));
    }

    /** Clicks as a person does: it fails if the element cannot be seen. */
    public void click(String selector) {
        post("element/" + element(selector) + "/click", Map.of());
    }

    public void type(String selector, String text) {
        post("element/" + element(selector) + "/value", Map.of("text", text));
    }

    /** Presses a key, such as {@code \uE004} for Tab. */
    public void press(String key) {
        List<Map<String, String>> strokes =
                List.of(Map.of("type", "keyDown", "value", key), Map.of("type", "keyUp", "value", key));
        post("actions", Map.of("actions", List.of(Map.of("type", "key", "id", "keyboard", "actions", strokes))));
    }

    private String element(String selector) {
        return post("element", Map.of("using", "css selector", "value", selector))
                .get(ELEMENT)
                .asText();
    }

    /** What a script returns, as text. */
    public String script(String script) {
        return post("execute/sync", Map.of("script", script, "args", List.of())).asText();
    }

    /** What a person can read of an element. */
    public String text(String selector) {
        return script("return document.querySelector('" + selector + "').innerText");
    }

    /** Shows pages as a phone does that is set to dark colours. */
    public void asDarkPhone() {
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
    }

    private void command(String name, Map<String, ?> parameters) {
        post("goog/cdp/execute", Map.of("cmd", name, "params", parameters));
    }

    /** What the console says since it was asked last. */
    public List<String> console() {
        List<String> lines = new ArrayList<>();
        post("se/log", Map.of("type", "browser"))
                .forEach(line -> lines.add(line.get("message").asText()));
        return lines;
    }

    public void screenshot(Path file) throws IOException {
        JsonNode png = send("GET", command("screenshot"), null);
        Files.write(file, Base64.getDecoder().decode(png.asText()));
    }

    private JsonNode post(String command, Map<String, ?> body) {
        return send("POST", command(command), body);
    }

    private URI command(String command) {
        return URI.create(sessions + "/" + session + "/" + command);
    }

    private static JsonNode send(String method, URI address, Map<String, ?> body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(address)
                    .timeout(PATIENCE)
                    .method(
                            method,
                            body == null
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .build();
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            JsonNode value = JSON.readTree(answer.body()).get("value");
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(value.get("message").asText());
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (session != null) {
                send("DELETE", URI.create(sessions + "/" + session), null);
            }
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
        }
    }
}
