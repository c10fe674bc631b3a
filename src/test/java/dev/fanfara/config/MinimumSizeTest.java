package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MinimumSizeTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {}                                                                  | 2 | 3
                    {'discovery':{'members':['a:1','b:1']}}                             | 1 | 1
                    {'discovery':{'members':['a:1','b:1','c:1']}}                       | 2 | 1
                    {'discovery':{'members':['a:1','b:1','c:1','d:1']}}                 | 3 | 1
                    {'discovery':{'members':['a:1','b:1','c:1']},'minimumSize':1}       | 1 | 1
                    {'minimumSize':2}                                                   | 2 | 1
                    {'discovery':{'type':'dns','service':'fanfara'}}                    | 1 | 1
                    {'discovery':{'type':'multicast'}}                                  | 1 | 1
                    """)
    void whereItIsNotSaidItIsAMajorityOfThoseListed(String cluster, int minimum, int countsFrom) {
        ClusterConfig config = new ConfigFixture(folder)
                .file("{'cluster':" + cluster + "}")
                .config()
                .cluster();

        assertThat(config.minimum()).isEqualTo(minimum);
        assertThat(config.minimumCountsFrom()).isEqualTo(countsFrom);
    }

    @Test
    void whoNamesNoMembersIsToldThatPartitionsAreNotCovered() {
        ConfigFixture dns = new ConfigFixture(folder);

        assertThat(dns.file("{'cluster':{'enabled':true,'discovery':{'type':'dns','service':'fanfara'}}}")
                        .load()
                        .warnings())
                .containsExactly(
                        "/cluster/minimumSize: is 1: guarantees hold when nodes crash, not when the network parts"
                                + " them; set it to a majority");
        assertThat(dns.file(
                                "{'cluster':{'enabled':true,'discovery':{'type':'dns','service':'fanfara'},'minimumSize':2}}")
                        .load()
                        .warnings())
                .isEmpty();
    }
}
