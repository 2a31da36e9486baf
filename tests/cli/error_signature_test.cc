#include "cli/error_signature.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/telling_line.h"
#include "cli/utf8.h"

namespace annals {
namespace {

struct SampleCase {
  const char* name;
  std::string_view output;
  std::string_view message;
  std::string_view signature;
  std::string_view code;
};

// What the tools really print, shortened.
constexpr SampleCase kSamples[] = {
    {"Gcc",
     "a.c: In function ‘f’:\n"
     "src/a.c:2:25: error: format ‘%s’ expects argument of type ‘char *’, but argument 2 has type ‘int’ "
     "[-Werror=format=]\n"
     "    2 | int f(int x) { printf(\"%s\\n\", x);\n"
     "src/a.c:2:54: error: ‘y’ undeclared (first use in this function)\n"
     "cc1: all warnings being treated as errors\n",
     "src/a.c:2:25: error: format ‘%s’ expects argument of type ‘char *’, but argument 2 has type ‘int’ "
     "[-Werror=format=]",
     "a.c:<n>:<n>: error: format '%s' expects argument of type 'char *', but argument <n> has type 'int' "
     "[-Werror=format=]",
     "-Wformat="},
    {"Clang",
     "\x1b[1ma.c:2:31: \x1b[0m\x1b[0;1;31merror: \x1b[0mformat specifies type 'char *' [-Werror,-Wformat]\n"
     "a.c:2:54: error: use of undeclared identifier 'y'\n2 errors generated.\n",
     "a.c:2:31: error: format specifies type 'char *' [-Werror,-Wformat]",
     "a.c:<n>:<n>: error: format specifies type 'char *' [-Werror,-Wformat]", "-Wformat"},
    {"GccWarningsBeforeTheError",
     "a.c:1:5: warning: unused variable 'error' [-Wunused-variable]\na.c:9:1: error: expected ';'\n",
     "a.c:9:1: error: expected ';'", "a.c:<n>:<n>: error: expected ';'", "exit_1"},
    {"Cppcheck",
     "Checking b.c ...\nsrc/b.c:1:56: error: Null pointer dereference: p [nullPointer]\n"
     "int foo(void);\n   ^\nsrc/b.c:1:39: note: Assignment 'p=0', assigned value is 0\n",
     "src/b.c:1:56: error: Null pointer dereference: p [nullPointer]",
     "b.c:<n>:<n>: error: Null pointer dereference: p [nullPointer]", "nullPointer"},
    {"CppcheckStyle",
     "Checking b.c ...\nb.c:3:7: style: Variable 'x' is assigned a value that is never used. [unreadVariable]\n"
     "    x = 3;\n      ^\n",
     "b.c:3:7: style: Variable 'x' is assigned a value that is never used. [unreadVariable]",
     "b.c:<n>:<n>: style: Variable 'x' is assigned a value that is never used. [unreadVariable]", "unreadVariable"},
    {"ClangTidy",
     "1 warning generated.\n/home/u/r/b.c:1:55: error: Dereference of null pointer "
     "[clang-analyzer-core.NullDereference,-warnings-as-errors]\nint foo(void);\n        ^~\n",
     "/home/u/r/b.c:1:55: error: Dereference of null pointer [clang-analyzer-core.NullDereference,-warnings-as-errors]",
     "b.c:<n>:<n>: error: Dereference of null pointer [clang-analyzer-core.NullDereference,-warnings-as-errors]",
     "clang-analyzer-core.NullDereference"},
    {"Linker",
     "/usr/bin/ld: /tmp/ccgrIKln.o: in function `main':\nb.c:(.text+0x11): undefined reference to `foo'\n"
     "collect2: error: ld returned 1 exit status\nmake: *** [Makefile:2: all] Error 1\n",
     "b.c:(.text+0x11): undefined reference to `foo'", "b.c:(.text+<addr>): undefined reference to `foo'", "exit_1"},
    {"LinkerLibrary",
     "/usr/bin/ld: cannot find -lfoo: No such file or directory\ncollect2: error: ld returned 1 exit status\n",
     "/usr/bin/ld: cannot find -lfoo: No such file or directory", "ld: cannot find -lfoo: No such file or directory",
     "exit_1"},
    {"Make", "gcc b.c\ncp: cannot stat 'nope': No such file or directory\nmake[2]: *** [Makefile:2: all] Error 1\n",
     "cp: cannot stat 'nope': No such file or directory", "cp: cannot stat 'nope': No such file or directory",
     "exit_1"},
    {"MakeAlone", "./check.sh\nmake: *** [Makefile:2: all] Error 3\n", "make: *** [Makefile:2: all] Error 3",
     "make: *** [Makefile:<n>: all] Error <n>", "exit_1"},
    {"MakeWithoutRule", "make: *** No rule to make target 'nope'.  Stop.\n",
     "make: *** No rule to make target 'nope'.  Stop.", "make: *** No rule to make target 'nope'. Stop.", "exit_1"},
    {"Ninja",
     "[1/1] gcc -c ../ee.c -o e.o\nFAILED: e.o \ngcc -c ../ee.c -o e.o\n"
     "../ee.c:1:9: error: ‘z’ undeclared here (not in a function)\nninja: build stopped: subcommand failed.\n",
     "../ee.c:1:9: error: ‘z’ undeclared here (not in a function)",
     "ee.c:<n>:<n>: error: 'z' undeclared here (not in a function)", "exit_1"},
    {"Cmake",
     "-- Check for working CXX compiler: /usr/bin/c++ - skipped\n-- Looking for foo.h - not found\n"
     "CMake Error at CMakeLists.txt:2 (message):\n  need foo 3.2\n\n\n"
     "-- Configuring incomplete, errors occurred!\n",
     "CMake Error at CMakeLists.txt:2 (message): need foo 3.2",
     "CMake Error at CMakeLists.txt:<n> (message): need foo <n>", "exit_1"},
    {"Python",
     "Traceback (most recent call last):\n  File \"/home/u/r/t.py\", line 3, in f\n    int('x')\n"
     "ValueError: invalid literal for int() with base 10: 'x'\n",
     "ValueError: invalid literal for int() with base 10: 'x'",
     "ValueError: invalid literal for int() with base <n>: 'x'", "exit_1"},
    {"PythonChain",
     "Traceback (most recent call last):\n  File \"<string>\", line 3, in f\n"
     "ValueError: invalid literal for int() with base 10: 'x'\n\n"
     "The above exception was the direct cause of the following exception:\n\n"
     "Traceback (most recent call last):\n  File \"<string>\", line 5, in <module>\nRuntimeError: wrapped\n",
     "RuntimeError: wrapped", "RuntimeError: wrapped", "exit_1"},
    {"PythonBareException",
     "error: soon\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nKeyboardInterrupt\n",
     "error: soon", "error: soon", "exit_1"},
    {"PythonExceptionWithoutAColon",
     "start\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nKeyboardInterrupt\nbye\n",
     "KeyboardInterrupt", "KeyboardInterrupt", "exit_1"},
    {"Pytest",
     "tests/test_math.py F                       [100%]\n\n=========== FAILURES ===========\n"
     "___________ test_add ___________\n\n    def test_add():\n>       assert 1 + 1 == 3\nE       assert (1 + 1) == "
     "3\n\n"
     "tests/test_math.py:4: AssertionError\n=========== short test summary info ===========\n"
     "FAILED tests/test_math.py::test_add - assert (1 + 1) == 3\n=========== 1 failed in 0.02s ===========\n",
     "FAILED tests/test_math.py::test_add - assert (1 + 1) == 3",
     "FAILED test_math.py::test_add - assert (<n> + <n>) == <n>", "exit_1"},
    {"PytestCollection",
     "=========== ERRORS ===========\nE   ModuleNotFoundError: No module named 'foo'\n"
     "ERROR tests/test_x.py - ModuleNotFoundError: No module named 'foo'\n",
     "ERROR tests/test_x.py - ModuleNotFoundError: No module named 'foo'",
     "ERROR test_x.py - ModuleNotFoundError: No module named 'foo'", "exit_1"},
    {"PytestWithoutSummary", "F\n>       assert 1 == 2\nE       assert 1 == 2\n1 failed in 0.02s\n",
     "E       assert 1 == 2", "E assert <n> == <n>", "exit_1"},
    {"Flake8", "./pkg/a.py:1:80: E501 line too long (95 > 79 characters)\n",
     "./pkg/a.py:1:80: E501 line too long (95 > 79 characters)",
     "a.py:<n>:<n>: E501 line too long (<n> > <n> characters)", "E501"},
    {"Mypy", "a.py:3: error: Incompatible return value type (got \"int\", expected \"str\")  [return-value]\n",
     "a.py:3: error: Incompatible return value type (got \"int\", expected \"str\")  [return-value]",
     "a.py:<n>: error: Incompatible return value type (got \"int\", expected \"str\") [return-value]", "return-value"},
    {"GoTest",
     "=== RUN   TestAdd\n    add_test.go:8: got 3, want 4\n--- FAIL: TestAdd (0.00s)\nFAIL\n"
     "FAIL\texample.com/add\t0.002s\nFAIL\n",
     "--- FAIL: TestAdd (0.00s)", "--- FAIL: TestAdd (<time>)", "exit_1"},
    {"GoBuild", "# example.com/add\n./main.go:5:2: undefined: foo\nFAIL\texample.com/add [build failed]\n",
     "./main.go:5:2: undefined: foo", "main.go:<n>:<n>: undefined: foo", "exit_1"},
    {"GoUnused", "# example.com/add\n./main.go:6:2: declared and not used: x\nFAIL\texample.com/add [build failed]\n",
     "./main.go:6:2: declared and not used: x", "main.go:<n>:<n>: declared and not used: x", "exit_1"},
    {"GoPanic",
     "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n"
     "\t/home/u/r/main.go:5 +0x1d\nexit status 2\n",
     "panic: runtime error: index out of range [5] with length 3",
     "panic: runtime error: index out of range [<n>] with length <n>", "exit_1"},
    {"Ctest",
     "    Start 2: failing\n2/2 Test #2: failing ..........................***Failed    0.00 sec\n\n"
     "50% tests passed, 1 tests failed out of 2\n\nThe following tests FAILED:\n\t  2 - failing (Failed)\n",
     "2/2 Test #2: failing ..........................***Failed    0.00 sec",
     "<n>/<n> Test #<n>: failing ...***Failed <time>", "exit_1"},
    {"Gtest",
     "[ RUN      ] Math.Adds\ng.cc:2: Failure\nExpected equality of these values:\n  1+1\n    Which is: 2\n  3\n"
     "[  FAILED  ] Math.Adds (0 ms)\n[  PASSED  ] 0 tests.\n[  FAILED  ] 1 test, listed below:\n",
     "[  FAILED  ] Math.Adds (0 ms)", "[ FAILED ] Math.Adds (<time>)", "exit_1"},
    {"Rustc",
     "error[E0382]: borrow of moved value: `s`\n --> r.rs:1:58\nerror: aborting due to 1 previous error\n"
     "error: could not compile `x` (bin \"x\") due to 1 previous error\n",
     "error[E0382]: borrow of moved value: `s`", "error[E0382]: borrow of moved value: `s`", "E0382"},
    {"RustPanic",
     "\nthread 'main' (22786) panicked at src/p.rs:1:60:\nindex out of bounds: the len is 1 but the index is 5\n"
     "stack backtrace:\n   0: __rustc::rust_begin_unwind\n",
     "thread 'main' (22786) panicked at src/p.rs:1:60: index out of bounds: the len is 1 but the index is 5",
     "thread 'main' (<n>) panicked at p.rs:<n>:<n>: index out of bounds: the len is <n> but the index is <n>",
     "exit_1"},
    {"Tsc", "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.\n",
     "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.",
     "a.ts(<n>,<n>): error TS2322: Type 'string' is not assignable to type 'number'.", "TS2322"},
    {"TscPretty", "src/a.ts:3:5 - error TS2322: Type 'string' is not assignable to type 'number'.\n\n3 let x: number\n",
     "src/a.ts:3:5 - error TS2322: Type 'string' is not assignable to type 'number'.",
     "a.ts:<n>:<n> - error TS2322: Type 'string' is not assignable to type 'number'.", "TS2322"},
    {"Msvc", "C:\\w\\a.cpp(3): error C2065: 'x': undeclared identifier\n",
     "C:\\w\\a.cpp(3): error C2065: 'x': undeclared identifier", "a.cpp(<n>): error C2065: 'x': undeclared identifier",
     "C2065"},
    {"Node",
     "node:internal/errors:477\n    ErrorCaptureStackTrace(err);\n\n"
     "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /r/a.mjs\n    at new NodeError\n",
     "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /r/a.mjs",
     "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from a.mjs", "ERR_MODULE_NOT_FOUND"},
    {"AddressSanitizer",
     "=================================================================\n==22914==ERROR: AddressSanitizer: "
     "heap-use-after-free on address 0x602000000010 at pc 0x5650e96a429b bp 0x7ffc4fa3b230 sp 0x7ffc4fa3b228\n",
     "==22914==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x5650e96a429b bp "
     "0x7ffc4fa3b230 sp 0x7ffc4fa3b228",
     "==<n>==ERROR: AddressSanitizer: heap-use-after-free on address <addr> at pc <addr> bp <addr> sp <addr>",
     "exit_1"},
    {"Assert", "as: as.c:2: main: Assertion `c==2' failed.\nAborted (core dumped)\n",
     "as: as.c:2: main: Assertion `c==2' failed.", "as: as.c:<n>: main: Assertion `c==<n>' failed.", "exit_1"},
    {"CxxTerminate", "terminate called after throwing an instance of 'std::runtime_error'\n  what():  boom 12\n",
     "terminate called after throwing an instance of 'std::runtime_error' what():  boom 12",
     "terminate called after throwing an instance of 'std::runtime_error' what(): boom <n>", "exit_1"},
    {"Git", "fatal: not a git repository (or any of the parent directories): .git\n",
     "fatal: not a git repository (or any of the parent directories): .git",
     "fatal: not a git repository (or any of the parent directories): .git", "exit_1"},
    {"Shell", "building\nsh: 1: frob: not found\n", "sh: 1: frob: not found", "sh: <n>: frob: not found", "exit_1"},
    {"Bash", "bash: line 1: frob: command not found\ndone\n", "bash: line 1: frob: command not found",
     "bash: line <n>: frob: command not found", "exit_1"},
    {"Npm", "npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://registry.npmjs.org/x\n", "npm ERR! code E404",
     "npm ERR! code E404", "E404"},
    {"LastLineWithoutAnySign", "one\ntwo 2\n\n  \n", "two 2", "two <n>", "exit_1"},
    {"ReassurancesAreNoErrors", "0 errors, 0 failed\nwrote report\n", "wrote report", "wrote report", "exit_1"},
    {"CommandEchoIsNoError", "gcc -Werror -c src/error.c -o error.o\nsomething odd\n", "something odd", "something odd",
     "exit_1"},
    {"ProgressBeforeTheError", "10 %\r50 %\rerror: disk\r\n", "error: disk", "error: disk", "exit_1"},
    {"BracketedListIsNoCode", "error: choose one of a b [yes no]\n", "error: choose one of a b [yes no]",
     "error: choose one of a b [yes no]", "exit_1"},
};

class SampleTest : public testing::TestWithParam<SampleCase> {};

TEST_P(SampleTest, IsSummarised) {
  const ErrorSummary summary = SummariseFailure(GetParam().output, 1, 0);
  EXPECT_EQ(summary.message, GetParam().message);
  EXPECT_EQ(summary.signature, GetParam().signature);
  EXPECT_EQ(summary.code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(ErrorSignature, SampleTest, testing::ValuesIn(kSamples),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ErrorSignature, WithoutOutputNamesTheEnd) {
  for (const std::string_view nothing : {"", "\n\n  \n", "\x1b[0m\n"}) {
    const ErrorSummary exited = SummariseFailure(nothing, 3, 0);
    EXPECT_EQ(exited.message, "exit code 3");
    EXPECT_EQ(exited.signature, "exit code 3");
    EXPECT_EQ(exited.code, "exit_3");
    const ErrorSummary killed = SummariseFailure(nothing, 139, 11);
    EXPECT_EQ(killed.message, "signal 11");
    EXPECT_EQ(killed.signature, "signal 11");
    EXPECT_EQ(killed.code, "signal_11");
  }
}

TEST(ErrorSignature, LongLinesAreCutAtACharacter) {
  std::string line = "error: ";
  for (int i = 0; i < 3000; ++i) line += "€";
  const ErrorSummary summary = SummariseFailure(line, 1, 0);
  EXPECT_LE(summary.signature.size(), kMaxSignatureBytes);
  EXPECT_GT(summary.signature.size(), kMaxSignatureBytes - 3);
  EXPECT_LE(summary.message.size(), kMaxErrorMessageBytes);
  EXPECT_GT(summary.message.size(), kMaxErrorMessageBytes - 3);
  EXPECT_EQ(ValidUtf8(summary.signature), summary.signature);
  EXPECT_EQ(ValidUtf8(summary.message), summary.message);
}

// Whatever a program prints, the summary can go into JSON and onto a terminal.
TEST(ErrorSignature, IsWellFormedForAnyBytes) {
  uint32_t state = 12345;  // a plain congruential generator: the same bytes in each run
  for (int round = 0; round < 2000; ++round) {
    std::string output;
    for (int i = 0; i < 80; ++i) {
      state = state * 1664525 + 1013904223;
      constexpr std::string_view kTelling[] = {
          "error: ", "/", "0x", "1-", "\x1b[", "Traceback (most recent call last)\n", ":", "["};
      if ((state >> 28) == 0) output += kTelling[(state >> 20) % std::size(kTelling)];
      output += static_cast<char>(state >> 24);
    }
    const ErrorSummary summary = SummariseFailure(output, 1, 0);
    for (const std::string& text : {summary.code, summary.signature, summary.message}) {
      ASSERT_FALSE(text.empty());
      ASSERT_EQ(ValidUtf8(text), text);
      for (const char c : text) ASSERT_FALSE((static_cast<unsigned char>(c) < 0x20) || c == 0x7F) << round;
    }
    ASSERT_LE(summary.signature.size(), kMaxSignatureBytes);
  }
}

struct CodeCase {
  const char* name;
  std::string_view line;
  std::string_view code;
};

constexpr CodeCase kCodes[] = {
    {"None", "error: x", ""},
    {"PromotedWarning", "a.c:1:1: error: x [-Werror=unused-variable]", "-Wunused-variable"},
    {"PlainWarning", "a.c:1:1: warning: x [-Wunused-variable]", "-Wunused-variable"},
    {"Tidy", "a.cc:1:1: warning: x [bugprone-branch-clone]", "bugprone-branch-clone"},
    {"Pylint", "a.py:1:0: C0114: Missing module docstring (missing-module-docstring)", "C0114"},
    {"Linker", "x.obj : error LNK2019: unresolved external symbol", "LNK2019"},
    {"CodeInsideProse", "the E501 rule", ""},
    {"TestParameterIsNoCode", "FAILED a.py::test_x[one]", ""},
    {"IndexIsNoCode", "a.c:1:1: error: out of range [5]", ""},
    {"NumberAloneIsNoCode", "error 12345", ""},
    {"TooManyLetters", "error ABCDE123: x", ""},
};

class CodeTest : public testing::TestWithParam<CodeCase> {};

TEST_P(CodeTest, IsWhatTheToolCallsIt) {
  EXPECT_EQ(FindErrorCode(GetParam().line), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(ErrorSignature, CodeTest, testing::ValuesIn(kCodes),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(TellingLine, HasNoControlsOfTwoBytesEither) {
  EXPECT_EQ(TellingLine("error: \xc2\x9b"
                        "31m red \xc2\x85 line\n"),
            "error:  31m red   line");
}

TEST(TellingLine, OfEqualSignsTheFirstCounts) {
  EXPECT_EQ(TellingLine("error: first\nerror: second\n"), "error: first");
}

TEST(TellingLine, AnUnfinishedTracebackDoesNotCount) {
  EXPECT_EQ(TellingLine("begin\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\n"),
            "File \"a.py\", line 3, in f");
}

}  // namespace
}  // namespace annals
