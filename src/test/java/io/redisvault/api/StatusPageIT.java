package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Browser;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser. */
class StatusPageIT {

    private static final String TOKEN = "0123456789abcdef";
    private static final String TAB = "\uE004";
    private static final String ENTER = "\uE007";

    private static final int STORED = 8;
    private static final Instant HOUR = Instant.now().truncatedTo(ChronoUnit.HOURS);

    @TempDir
    private static Path data;

    private static Surroundings surroundings;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        assumeThat(Browser.program())
                .as("the page is not tried: there is no chromedriver in the PATH")
                .isPresent();
        surroundings = Surroundings.start();
        surroundings.redis().populate(100, 100);
        surroundings.redis().save();
        Files.createDirectories(surroundings.s3().file("redis-vault"));
        for (int backup = 0; backup < STORED; backup++) {
            SyntheticDump.write(file(name(backup)), 400_000 - 20_000 * backup, backup);
        }
        SyntheticDump.write(file("redis-1_" + HOUR.minus(Duration.ofDays(2)) + ".rdb"), 300_000, 1);
        browser = Browser.start("--window-size=1000,1500");
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (surroundings != null) {
            surroundings.close();
        }
    }

    /** The page of the test before goes on asking a service that is gone. */
    @BeforeEach
    void leave() {
        browser.open(URI.create("about:blank"));
        browser.console();
    }

    @Test
    void backingUpShowsProgressAndEndsInANewRow() throws IOException {
        SyntheticDump.write(data.resolve("dump.rdb"), 600_000, 9);
        try (VaultProcess vault = vault().and("BACKUP_RATE_LIMIT", "128KiB").serve()) {
            browser.open(vault.url().resolve("/"));
            awaitText("#backups tbody", name(0));
            assertThat(rows("#backups")).isEqualTo(STORED);
            assertThat(browser.text("#summary")).matches(STORED + " backups, [0-9.]+ MiB");
            assertThat(browser.script("return document.querySelectorAll('#chart rect').length"))
                    .isEqualTo(String.valueOf(STORED));
            assertThat(browser.text("#nodes tbody")).contains("redis-0 (this one)", "redis-1", "2 d ");
            assertThat(browser.text("#next")).startsWith("in ");

            browser.click("#backup");
            awaitText("#running", " left");
            assertThat(browser.text("#rate")).matches("\\d+ %, .* of \\d+\\.\\d KiB, .*/s, .* left");
            await().untilAsserted(() -> assertThat(rows("#backups")).isEqualTo(STORED + 1));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(browser.text("#last")).contains("stored redis-0_"));
            assertThat(browser.script("return document.querySelector('#running').hidden"))
                    .isEqualTo("true");

            browser.click("#backups tbody tr:nth-child(2) button");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(browser.text("#said")).isEqualTo(name(0) + " is good"));
            screenshot();
            Files.delete(file(name(STORED - 1)));
            assertThat(browser.console()).isEmpty();

            browser.click("#backups tbody tr:nth-child(" + (STORED + 1) + ") button");
            awaitText("#said", "There is no such backup");

            checkContrast();
        }
    }

    @Test
    void aTokenIsAskedForOnceAndAllIsReachedByKeyboard() throws IOException {
        Files.copy(surroundings.redis().dumpFile(), data.resolve("dump.rdb"), StandardCopyOption.REPLACE_EXISTING);
        try (VaultProcess vault = vault().and("API_TOKEN", TOKEN).serve()) {
            browser.open(vault.url().resolve("/"));
            assertThat(browser.script("return document.querySelector('#all').hidden"))
                    .isEqualTo("true");
            assertThat(browser.script("return document.activeElement.id")).isEqualTo("token");
            browser.type("#token", TOKEN);
            browser.press(ENTER);
            awaitText("#backups tbody", name(0));
            browser.open(vault.url().resolve("/"));
            awaitText("#backups tbody", name(0));
            assertThat(browser.script("return document.querySelector('#login').hidden"))
                    .isEqualTo("true");

            int before = rows("#backups");
            List<String> reached = new ArrayList<>();
            for (int stop = 0; stop <= before; stop++) {
                browser.press(TAB);
                reached.add(browser.script("return document.activeElement.textContent"));
                assertThat(browser.script("return getComputedStyle(document.activeElement).outlineStyle"))
                        .isEqualTo("solid");
            }
            assertThat(reached.get(0)).isEqualTo("Back up now");
            assertThat(reached.subList(1, before + 1)).allMatch("Verify"::equals);
            browser.script("document.querySelector('#backup').focus()");
            browser.press(ENTER);
            await().untilAsserted(() -> assertThat(rows("#backups")).isEqualTo(before + 1));
            assertThat(browser.console()).isEmpty();

            browser.asDarkPhone();
            assertThat(browser.script("return getComputedStyle(document.body).backgroundColor"))
                    .isEqualTo("rgb(13, 17, 23)");
            // Nothing sticks out.
            assertThat(browser.script("return document.documentElement.scrollWidth"))
                    .isEqualTo("360");
            checkContrast();
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    private static String name(int hoursAgo) {
        return "redis-0_" + HOUR.minus(Duration.ofHours(hoursAgo)) + ".rdb";
    }

    private static Path file(String name) {
        return surroundings.s3().file("redis-vault/" + name);
    }

    private static VaultProcess.Builder vault() {
        return surroundings
                .vault()
                .and("REDIS_NODE_NAME", "redis-0")
                .and("REDIS_DATA_PATH", data.toString())
                .and("RETENTION_KEEP_LAST", "30");
    }

    private static void awaitText(String selector, String text) {
        await().untilAsserted(() ->
                assertThat(browser.text(selector)).as(browser.text("#error")).contains(text));
    }

    private static int rows(String table) {
        return Integer.parseInt(browser.script("return document.querySelectorAll('" + table + " tbody tr').length"));
    }

    /** Each text against what is behind it, as WCAG AA wants it: 4.5 to 1. */
    private static void checkContrast() {
        String poor = browser.script("""
                const light = c => { const v = c.map(x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
                  return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
                const parse = c => c.match(/[\\d.]+/g).map(Number);
                const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
                  if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
                return [...document.querySelectorAll('body *')].filter(e => e.offsetParent && [...e.childNodes].some(
                  n => n.nodeType === 3 && n.data.trim())).filter(e => { const a = light(parse(getComputedStyle(e).color)),
                  b = light(behind(e)); return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5; })
                  .map(e => e.tagName + ' ' + e.textContent).join('; ');
                """);
        assertThat(poor).isEmpty();
    }

    /** For the README. */
    private static void screenshot() throws IOException {
        browser.script("scrollTo(0, 0)");
        browser.screenshot(Path.of("target", "status-page.png"));
        assertThat(Arrays.copyOf(Files.readAllBytes(Path.of("target", "status-page.png")), 4))
                .isEqualTo(new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    }
}
