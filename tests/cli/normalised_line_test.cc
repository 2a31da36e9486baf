#include "cli/normalised_line.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace annals {
namespace {

struct LineCase {
  const char* name;
  std::string_view line;
  std::string_view normalised;
};

constexpr LineCase kLines[] = {
    {"Empty", "", ""},
    {"PlainWordsStay", "undefined: foo", "undefined: foo"},
    {"NamesWithDigitsStay", "int32_t test2 E0382 utf8_x", "int32_t test2 E0382 utf8_x"},
    {"Place", "a.c:12:5: error: x", "a.c:<n>:<n>: error: x"},
    {"MsvcPlace", "a.cpp(12,5): error C2065: 'x'", "a.cpp(<n>,<n>): error C2065: 'x'"},
    {"AbsolutePath", "open /home/u/repo/src/a.c failed", "open a.c failed"},
    {"RelativePath", "open ../src/a.c failed", "open a.c failed"},
    {"PathWithPlace", "/home/u/repo/src/a.c:3:1: x", "a.c:<n>:<n>: x"},
    {"PathThatBeginsWithADigit", "3rdparty/zlib/a.c:3: x", "a.c:<n>: x"},
    {"ProgramPath", "/usr/bin/ld: cannot find -lfoo", "ld: cannot find -lfoo"},
    {"DrivePath", "C:\\work\\repo\\a.cpp(3): x", "a.cpp(<n>): x"},
    {"FolderPath", "not a repository: /home/u/repo/", "not a repository: <path>"},
    {"MadeUpNameInTmp", "/tmp/ccX1aB9.o: in function `main':", "<path>.o: in function `main':"},
    {"CheckoutUnderTmp", "/tmp/build-7/src/a.c:3: x", "a.c:<n>: x"},
    {"PathAtTheEndOfASentence", "see /var/log/x.log.", "see x.log."},
    {"ShortNumbersInFileNamesStay", "tests/test_1.py tests/case-2.txt", "test_1.py case-2.txt"},
    {"LongNumbersInFileNamesGo", "/var/run/job-20261120.log", "job-<n>.log"},
    {"HashInFileName", "/cache/0a1b2c3d4e.bin", "<hex>.bin"},
    {"SlashesThatAreNoPath", "I/O error and/or TCP/IP 3/7 0.5s/op", "I/O error and/or TCP/IP <n>/<n> <time>/op"},
    {"Url", "GET https://example.com/a/b2?token=1x failed", "GET https://example.com/a/b2 failed"},
    {"UrlWithPort", "GET http://127.0.0.1:34567/x: refused", "GET http://<n>:<n>/x: refused"},
    {"Uuid", "job 550e8400-e29b-41d4-a716-446655440000 lost", "job <uuid> lost"},
    {"IsoTime", "2026-11-20T21:16:25.123Z ERROR x", "<time> ERROR x"},
    {"TimeWithOffset", "2026-11-20 21:16:25,123+01:00 x", "<time> x"},
    {"Clock", "[21:16:25] x", "[<time>] x"},
    {"DateAlone", "due 2026-11-20.", "due <time>."},
    {"Durations", "0.01 sec, 12ms, 1m3.5s, 3 seconds (0.00s)", "<time>, <time>, <time>, <time> (<time>)"},
    {"NumberBeforeAWordIsNoDuration", "3 minor 5 sheep", "<n> minor <n> sheep"},
    {"Addresses", "at 0x7ffd3c12 pc 0XAB", "at <addr> pc <addr>"},
    {"GitHash", "at 1a2b3c4: x", "at <hex>: x"},
    {"HexWordsStay", "deadbeef facade", "deadbeef facade"},
    {"Numbers", "-1, 3.14, 1.2.3, (12,5), 1e-9, 50%.", "<n>, <n>, <n>, (<n>,<n>), <n>, <n>%."},
    {"NumberWithUnit", "12KB of 3rd", "<n>KB of <n>rd"},
    {"MinusBetweenNumbers", "7-3", "<n>-<n>"},
    {"ProcessIds", "==12345==ERROR: x", "==<n>==ERROR: x"},
    {"Rulers", "Test foo ..........***Failed", "Test foo ...***Failed"},
    {"RulersOfAnotherLength", "Test foo .......................***Failed", "Test foo ...***Failed"},
    {"WhiteSpace", "  a \t  b  ", "a b"},
    {"Colours", "\x1b[31merror:\x1b[0m x", "error: x"},
    {"CurlyQuotes", "‘x’ undeclared", "'x' undeclared"},
    {"OtherLanguagesStay", "Fehler: für 工作 3", "Fehler: für 工作 <n>"},
};

class NormalisedLineTest : public testing::TestWithParam<LineCase> {};

TEST_P(NormalisedLineTest, LeavesOutWhatDiffersFromRunToRun) {
  EXPECT_EQ(NormalisedLine(GetParam().line), GetParam().normalised);
}

INSTANTIATE_TEST_SUITE_P(NormalisedLine, NormalisedLineTest, testing::ValuesIn(kLines),
                         [](const auto& row) { return std::string(row.param.name); });

struct PairCase {
  const char* name;
  std::string_view one;
  std::string_view other;
};

constexpr PairCase kSame[] = {
    {"AnotherCheckout", "/home/a/repo/src/x.c:3:1: error: y", "/builds/77/src/x.c:9:12: error: y"},
    {"AnotherWorkingFolder", "src/x.c:3:1: error: y", "../src/x.c:3:1: error: y"},
    {"AnotherProcess", "==101==ERROR: leak at 0x12 by 0x34", "==20022==ERROR: leak at 0xffff by 0x0"},
    {"AnotherTime", "12:00:01 job failed after 3 s", "23:59:59 job failed after 17.5 s"},
    {"AnotherLocale", "a.c:1:1: error: ‘x’ undeclared", "a.c:1:1: error: 'x' undeclared"},
};

class SameFaultTest : public testing::TestWithParam<PairCase> {};

TEST_P(SameFaultTest, HasOneSignature) {
  EXPECT_EQ(NormalisedLine(GetParam().one), NormalisedLine(GetParam().other));
}

INSTANTIATE_TEST_SUITE_P(NormalisedLine, SameFaultTest, testing::ValuesIn(kSame),
                         [](const auto& row) { return std::string(row.param.name); });

constexpr PairCase kDifferent[] = {
    {"AnotherFile", "/r/src/x.c:3: error: y", "/r/src/z.c:3: error: y"},
    {"AnotherName", "undefined reference to `foo'", "undefined reference to `bar'"},
    {"AnotherTest", "FAILED tests/t.py::test_1 - x", "FAILED tests/t.py::test_2 - x"},
    {"AnotherTestFile", "FAILED test_1.py::t", "FAILED test_2.py::t"},
    {"AnotherCode", "a.ts(1,2): error TS2322: x", "a.ts(1,2): error TS2345: x"},
};

class DifferentFaultTest : public testing::TestWithParam<PairCase> {};

TEST_P(DifferentFaultTest, HasAnotherSignature) {
  EXPECT_NE(NormalisedLine(GetParam().one), NormalisedLine(GetParam().other));
}

INSTANTIATE_TEST_SUITE_P(NormalisedLine, DifferentFaultTest, testing::ValuesIn(kDifferent),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace annals
