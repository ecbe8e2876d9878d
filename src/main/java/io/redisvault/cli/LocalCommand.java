package io.redisvault.cli;

import java.util.concurrent.Callable;

/** A command that needs no right settings, and runs without Quarkus. */
interface LocalCommand extends Callable<Integer> {

    @Override
    Integer call();
}
