package io.redisvault.servers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Marks a test of something that a native executable lacks: Unix sockets, a heap that is touched at the start, the JVM's classes,
 * libraries and reports.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@DisabledIfSystemProperty(named = "redis-vault.program", matches = ".+", disabledReason = "the JVM has it only")
public @interface JvmOnly {}
