package dev.fanfara.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import dev.fanfara.Gateway;
import org.junit.jupiter.api.Test;

/** The picture of the README, as rules: {@code http → transport → connection → bus ← broadcast → log → room}. */
class ArchitectureTest {
    private static final JavaClasses GATEWAY =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("dev.fanfara");

    @Test
    void connectionsAndRoomsMeetOnlyOnTheBus() {
        nothingIn("dev.fanfara.connection..")
                .dependsOn(
                        "dev.fanfara.broadcast..",
                        "dev.fanfara.room..",
                        "dev.fanfara.transport..",
                        "dev.fanfara.http..");
        nothingIn("dev.fanfara.broadcast..")
                .dependsOn("dev.fanfara.connection..", "dev.fanfara.transport..", "dev.fanfara.http..");
        nothingIn("dev.fanfara.bus..")
                .dependsOn(
                        "dev.fanfara.connection..",
                        "dev.fanfara.broadcast..",
                        "dev.fanfara.room..",
                        "dev.fanfara.transport..",
                        "dev.fanfara.http..");
    }

    @Test
    void transportsDoNotKnowWhoUsesThem() {
        nothingIn("dev.fanfara.transport..")
                .dependsOn("dev.fanfara.http..", "dev.fanfara.broadcast..", "dev.fanfara.room..");
    }

    @Test
    void roomsArePlainJava() {
        classes()
                .that()
                .resideInAPackage("dev.fanfara.room..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.fanfara.room..", "dev.fanfara.protocol..")
                .check(GATEWAY);
    }

    @Test
    void theWordsOfTheProtocolNeedNoServer() {
        noClasses()
                .that()
                .resideInAPackage("dev.fanfara.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "io.netty..", "com.hazelcast..")
                .check(GATEWAY);
    }

    @Test
    void memoriesOfRoomsAreAskedByBroadcastOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.fanfara", "dev.fanfara.broadcast..", "dev.fanfara.log..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.fanfara.log..")
                .check(GATEWAY);
        classes()
                .that()
                .resideInAPackage("dev.fanfara.log..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "io.vertx.core..",
                        "com.hazelcast..",
                        "dev.fanfara.log..",
                        "dev.fanfara.room..",
                        "dev.fanfara.protocol..")
                .check(GATEWAY);
    }

    @Test
    void hazelcastIsKnownToTheClusterAndTheMemoriesItKeepsOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.fanfara.cluster..", "dev.fanfara.log..")
                .and()
                .doNotBelongToAnyOf(Gateway.class) // hands what the one made to the other
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.hazelcast..")
                .check(GATEWAY);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.fanfara.(*)..").should().beFreeOfCycles().check(GATEWAY);
    }

    private static Part nothingIn(String part) {
        return others -> noClasses()
                .that()
                .resideInAPackage(part)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(GATEWAY);
    }

    private interface Part {
        void dependsOn(String... others);
    }
}
