package io.redisvault.api;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same, of the packaged application. */
@QuarkusIntegrationTest
class ApiIT extends ApiTest {}
