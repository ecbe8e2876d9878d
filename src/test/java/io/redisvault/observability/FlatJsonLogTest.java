package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlatJsonLogTest {

    @Test
    void factsBecomeFieldsAndNumbersBecomeNumbers() {
        assertThat(flat("{'level':'INFO','message':'m','mdc':{'role':'master','bytes':'12','deleted':'0'}}"))
                .isEqualTo("{'level':'INFO','message':'m','role':'master','bytes':12,'deleted':0}");
    }

    @Test
    void onlyANumberAsJsonWritesItBecomesOne() {
        assertThat(flat("{'mdc':{'a':'007','b':'0','c':'-5','d':'1.5'}}".replace("{'mdc", "{'m':'','mdc")))
                .isEqualTo("{'m':'','a':'007','b':0,'c':-5,'d':'1.5'}");
    }

    @Test
    void withoutFactsNothingIsLeft() {
        assertThat(flat("{'message':'m','mdc':{}}")).isEqualTo("{'message':'m'}");
        assertThat(flat("{'message':'m','mdc':{},'exception':{'refId':1}}"))
                .isEqualTo("{'message':'m','exception':{'refId':1}}");
    }

    @Test
    void whatLooksLikeItWithinATextIsLeftAlone() {
        assertThat(flat("{'message':'a,\\'mdc\\':{\\'x\\':\\'1\\'} b','mdc':{'detail':'}\\'$1:\\\\','n':'7'}}"))
                .isEqualTo("{'message':'a,\\'mdc\\':{\\'x\\':\\'1\\'} b','detail':'}\\'$1:\\\\','n':7}");
    }

    private static String flat(String line) {
        return FlatJsonLog.flat(line.replace('\'', '"')).replace('"', '\'');
    }
}
