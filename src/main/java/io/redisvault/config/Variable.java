package io.redisvault.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the environment variables that set a key of {@link VaultConfig}; the first that is set wins. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Variable {

    String[] value();

    /** Applies with this storage type only; the variable is ignored with the others. */
    StorageType[] only() default {};

    /** Never shown in a message or a log line. */
    boolean secret() default false;
}
