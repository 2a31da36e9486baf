// Diffs as GNU diff 3.8 and git 2.39 wrote them, and the same with something broken.
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "commands/diff_format.h"

namespace annals {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr DiffFormat kUnified = DiffFormat::kUnifiedDiff;
constexpr DiffFormat kGit = DiffFormat::kGitPatch;

constexpr char kTwoHunks[] = R"(--- a/n.txt	2026-11-21 05:42:46.166203556 +0000
+++ b/n.txt	2026-11-21 05:42:46.168838485 +0000
@@ -1,4 +1,3 @@
-Q
 a
 b
 c
@@ -16,2 +14,3 @@ int main() {
 o
-p
\ No newline at end of file
+P
+q
)";

constexpr char kRecursive[] = R"(diff -ruN project.orig/newf project/newf
--- project.orig/newf	1970-01-01 00:00:00.000000000 +0000
+++ project/newf	2026-11-21 05:42:46.168838485 +0000
@@ -0,0 +1 @@
+n
Only in project: notes
Binary files project.orig/b.bin and project/b.bin differ
diff -ruN "project.orig/sp ace \"x\".txt" "project/sp ace \"x\".txt"
--- "project.orig/sp ace \"x\".txt"	2026-11-21 05:42:46.166413013 +0000
+++ "project/sp ace \"x\".txt"	2026-11-21 05:42:46.168838485 +0000
@@ -1 +1,2 @@
 y
+k
)";

constexpr char kGitText[] = R"(diff --git a/d/new.txt b/d/new.txt
new file mode 100644
index 0000000..3e75765
--- /dev/null
+++ b/d/new.txt
@@ -0,0 +1 @@
+new
diff --git a/del.txt b/del.txt
deleted file mode 100644
index 286c5f5..0000000
--- a/del.txt
+++ /dev/null
@@ -1 +0,0 @@
-gone
diff --git a/sp ace.txt b/sp ace.txt
index 587be6b..975fbec 100644
--- a/sp ace.txt	
+++ b/sp ace.txt	
@@ -1 +1 @@
-x
+y
)";

constexpr char kGitMoves[] = R"(diff --git a/ren.txt b/renamed to.txt
similarity index 100%
rename from ren.txt
rename to renamed to.txt
diff --git a/ren2.txt b/ren3.txt
old mode 100644
new mode 100755
similarity index 95%
rename from ren2.txt
rename to ren3.txt
index e8823e1..9bf6424
--- a/ren2.txt
+++ b/ren3.txt
@@ -7,3 +7,3 @@
 7
-8
+eight
 9
diff --git a/n.txt b/copy.txt
similarity index 100%
copy from n.txt
copy to copy.txt
diff --git a/mode.sh b/mode.sh
old mode 100644
new mode 100755
diff --git a/newempty.txt b/newempty.txt
new file mode 100644
index 0000000..e69de29
)";

constexpr char kGitBinary[] = R"(diff --git a/b.bin b/b.bin
index f76dd238ade08917e6712764a16a22005a50573d..be54b4f22d5eaa29bd4a3b7e1a3d9c0e6a4b9a11 100644
GIT binary patch
literal 7
OcmXqHjAvkAU;qFBH30wt

literal 1
IcmZPo000310RR91

diff --git a/c.bin b/c.bin
index e842367..ce3b2b7 100644
Binary files a/c.bin and b/c.bin differ
)";

constexpr char kGitQuoted[] = R"(diff --git "a/t\303\244.txt" "b/t\303\244.txt"
new file mode 100644
index 0000000..e69de29
diff --git a/plain.txt "b/ta\tb.txt"
similarity index 100%
rename from plain.txt
rename to "ta\tb.txt"
diff --git "a/qu\"ote.txt" b/plain too.txt
similarity index 100%
rename from "qu\"ote.txt"
rename to plain too.txt
)";

// git diff --no-prefix -U0
constexpr char kGitBare[] = R"(diff --git a/n.txt a/n.txt
index 1c99002..512f57c 100644
--- a/n.txt
+++ a/n.txt
@@ -5 +5 @@ four
-5
+five
@@ -35,0 +36 @@ thirty-four
+x
diff --git ren.txt renamed to.txt
similarity index 100%
rename from ren.txt
rename to renamed to.txt
)";

constexpr char kGitMail[] = R"(From ee242d86e2a0f4bda91f7673a2c890afff296097 Mon Sep 17 00:00:00 2001
From: A <a@example.org>
Date: Sat, 21 Nov 2026 05:42:46 +0000
Subject: [PATCH] two

--- a line of the message, and no diff
---
 sub | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/sub b/sub
index 19ad6ac..29ad6ac 160000
--- a/sub
+++ b/sub
@@ -1 +1 @@
-Subproject commit 19ad6ac030403767e2fb390fdc8b6064ee712c05
+Subproject commit 29ad6ac030403767e2fb390fdc8b6064ee712c05
-- 
2.39.5

)";

struct GoodCase {
  const char* name;
  DiffFormat format;
  std::string diff;
  std::vector<std::string> files;
  int64_t added, removed;
};

void PrintTo(const GoodCase& row, std::ostream* out) {
  *out << row.name;
}

std::string WithCrLf(std::string_view diff) {
  std::string text;
  for (const char c : diff) text += c == '\n' ? "\r\n" : std::string(1, c);
  return text;
}

const GoodCase kGood[] = {
    {"TwoHunks", kUnified, kTwoHunks, {"n.txt"}, 2, 2},
    {"Recursive", kUnified, kRecursive, {"newf", "sp ace \"x\".txt"}, 2, 0},
    {"NameThatIsTheSame",
     kUnified,
     "Index: lib/x\n=====\n--- lib/x\t(revision 1)\n+++ lib/x\n@@ -1 +0,0 @@\n-a\n",
     {"lib/x"},
     0,
     1},
    {"NameOfASavedFile", kUnified, "--- x.orig\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", {"x"}, 1, 1},
    {"DotBeforeTheTrees", kUnified, "--- ./a/x\n+++ ./b/x\n@@ -1 +1 @@\n-a\n+b\n", {"x"}, 1, 1},
    {"LineThatLooksLikeAHeader", kUnified, "--- x\n+++ x\n@@ -1,2 +1 @@\n--- y\n-+++ y\n+++ z\n", {"x"}, 1, 2},
    {"TextOfGitSaidToBeUnified", kUnified, kGitText, {"d/new.txt", "del.txt", "sp ace.txt"}, 2, 2},
    {"EmptyLineOfContext", kUnified, "--- x\n+++ x\n@@ -1,2 +1,2 @@\n\n-a\n+b\n", {"x"}, 1, 1},
    {"NoNewlineOnBothSides",
     kUnified,
     "--- x\n+++ x\n@@ -1 +1 @@\n-a\n\\ Kein Zeilenumbruch\n+b\n\\ Kein Zeilenumbruch",
     {"x"},
     1,
     1},
    {"NoNewlineInContext", kUnified, "--- x\n+++ x\n@@ -1 +1,2 @@\n+b\n a\n\\ No newline", {"x"}, 1, 0},
    {"HunksThatTouch", kUnified, "--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n@@ -2 +2 @@\n-c\n+d\n", {"x"}, 2, 2},
    {"SidesThatDrift", kUnified, "--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n@@ -16 +14 @@\n-c\n+d", {"x"}, 2, 2},
    {"GitText", kGit, kGitText, {"d/new.txt", "del.txt", "sp ace.txt"}, 2, 2},
    {"GitMoves", kGit, kGitMoves, {"renamed to.txt", "ren3.txt", "copy.txt", "mode.sh", "newempty.txt"}, 1, 1},
    {"GitBinary", kGit, kGitBinary, {"b.bin", "c.bin"}, 0, 0},
    {"GitQuoted", kGit, kGitQuoted, {"tä.txt", "ta\tb.txt", "plain too.txt"}, 0, 0},
    {"GitWithoutPrefixes", kGit, kGitBare, {"a/n.txt", "renamed to.txt"}, 2, 1},
    {"GitWithOtherPrefixes", kGit, "diff --git c/x w/x\n--- c/x\n+++ w/x\n@@ -1 +1 @@\n-a\n+b\n", {"x"}, 1, 1},
    {"GitMail", kGit, kGitMail, {"sub"}, 1, 1},
    {"GitSeries", kGit, std::string(kGitMail) + kGitMail, {"sub"}, 2, 2},
    {"GitLog",
     kGit,
     "commit ee242d8\nAuthor: A\n\n    two\n\n" + std::string(kGitText),
     {"d/new.txt", "del.txt", "sp ace.txt"},
     2,
     2},
    {"SavedMail",
     kGit,
     "Return-Path: <a@example.org>\n\nHello\n\n" + std::string(kGitText),
     {"d/new.txt", "del.txt", "sp ace.txt"},
     2,
     2},
    {"LinkThatBecameAFile",
     kGit,
     "diff --git a/l b/l\ndeleted file mode 120000\nindex 3993a0b..0000000\n--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n-n\n"
     "\\ No newline at end of file\ndiff --git a/l b/l\nnew file mode 100644\nindex 0000000..b9bca01\n--- /dev/null\n"
     "+++ b/l\n@@ -0,0 +1 @@\n+p\n",
     {"l"},
     1,
     1},
    {"Rewrite",
     kGit,
     "diff --git a/x b/x\ndissimilarity index 99%\nindex c30dea8..06c9c76 100644\n--- a/x\n+++ b/x\n@@ -1 +1 "
     "@@\n-a\n+b\n",
     {"x"},
     1,
     1},
};

class GoodDiffTest : public testing::TestWithParam<GoodCase> {
 protected:
  static void ExpectRead(const GoodCase& row, std::string_view diff) {
    const auto read = ReadDiff(diff, row.format);
    const auto* const fault = std::get_if<DiffFault>(&read);
    ASSERT_EQ(fault, nullptr) << fault->line << ": " << fault->what;
    const auto& summary = std::get<DiffSummary>(read);
    EXPECT_THAT(summary.files, ElementsAreArray(row.files));
    EXPECT_EQ(summary.lines_added, row.added);
    EXPECT_EQ(summary.lines_removed, row.removed);
  }
};

TEST_P(GoodDiffTest, IsSummed) {
  ExpectRead(GetParam(), GetParam().diff);
}

TEST_P(GoodDiffTest, IsSummedWithOtherLineEnds) {
  ExpectRead(GetParam(), WithCrLf(GetParam().diff));
}

TEST_P(GoodDiffTest, IsSummedWithoutItsLastNewline) {
  std::string_view diff = GetParam().diff;
  while (diff.ends_with('\n')) diff.remove_suffix(1);
  ExpectRead(GetParam(), diff);
}

INSTANTIATE_TEST_SUITE_P(DiffFormat, GoodDiffTest, testing::ValuesIn(kGood),
                         [](const auto& test) { return std::string(test.param.name); });

struct BadCase {
  const char* name;
  DiffFormat format;
  std::string diff;
  uint64_t line;
  const char* what;
};

void PrintTo(const BadCase& row, std::ostream* out) {
  *out << row.name;
}

// A file of one hunk by its @@ line and what follows.
std::string Hunk(std::string_view hunk) {
  return fmt::format("--- a/x\n+++ b/x\n{}\n", hunk);
}
// A file without a change by its name on both sides.
std::string GitFile(std::string_view name) {
  return fmt::format("diff --git a/{0} b/{0}\nold mode 100644\nnew mode 100755\n", name);
}

const BadCase kBad[] = {
    {"Empty", kUnified, "", 1, "there is no file in it"},
    {"EmptyOfGit", kGit, "", 1, "there is no file in it"},
    {"EmptyLines", kGit, "\n\n\n", 1, "there is no file in it"},
    {"MailWithoutADiff", kGit, "Subject: hello\n\nworld\n", 1, "there is no file in it"},
    {"Prose", kUnified, "This changes x.\n", 1, "it belongs to no file"},
    {"ProseOfGit", kGit, "\nThis changes x.\n", 2, "it belongs to no file"},
    {"GitSaidToBeUnified", kUnified, kGitMoves, 2, "only a git_patch can say this"},
    {"EmptyFileSaidToBeUnified", kUnified, "diff --git a/x b/x\nnew file mode 100644\n", 2, "only a git_patch"},
    {"UnifiedSaidToBeGit", kGit, kTwoHunks, 1, "a --- line that belongs to no file"},
    {"Combined", kGit, "diff --cc x\nindex 1111,2222..3333\n", 1, "a combined diff is no patch"},
    {"CombinedSaidToBeUnified", kUnified, "diff --cc x\n", 1, "a combined diff is no patch"},
    {"CombinedInALog", kGit, "commit ee242d8\n\ndiff --combined x\n", 3, "a combined diff is no patch"},
    {"ContextFormat", kUnified, "*** a/x\n--- b/x\n***************\n", 1, "belongs to no file"},
    {"Nul", kUnified, Hunk("@@ -1 +1 @@\n-a") + std::string("+\0\n", 3), 5, "a NUL byte"},
    {"NulAtTheStart", kGit, std::string("\0", 1), 1, "a NUL byte"},

    {"NoNewName", kUnified, "--- a/x\n@@ -1 +1 @@\n", 2, "a --- line without a +++ line behind it"},
    {"NoOldName", kUnified, "+++ b/x\n@@ -1 +1 @@\n", 1, "a +++ line without a --- line before it"},
    {"NoNames", kUnified, "@@ -1 +1 @@\n-a\n+b\n", 1, "a hunk before the --- and +++ lines"},
    {"NoHunk", kUnified, "--- a/x\n+++ b/x\n", 2, "a file without a hunk"},
    {"NeitherSide", kUnified, "--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n", 2, "neither before nor after"},
    {"NameIsEmpty", kUnified, "--- \n+++ b/x\n", 1, "a file without a name"},
    {"NameHasBrokenQuotes", kUnified, "--- \"a/x\n+++ b/x\n", 1, "whose quotes are broken"},
    {"NameHasAWrongEscape", kUnified, "--- \"a/\\400\"\n+++ b/x\n", 1, "whose quotes are broken"},
    {"NameIsAbsolute", kUnified, "--- a/x\n+++ /etc/passwd\n", 2, "\"/etc/passwd\" is an absolute path"},
    {"NameIsAbsoluteBehindThePrefix", kUnified, "--- a//etc/x\n+++ b//etc/x\n", 1, "has the part \"\""},
    {"NameLeavesTheTree", kUnified, "--- a/x\n+++ b/../../x\n", 2, "\"b/../../x\" has the part \"..\""},
    {"NameIsGitsOwn", kUnified, "--- a/x\n+++ b/.GIT/hooks/x\n", 2, "is inside .GIT, which no patch may touch"},
    {"NameIsNotText", kUnified, "--- a/x\n+++ \"b/\\377\"\n", 2, "is not UTF-8 text"},

    {"HunkWithoutNumbers", kUnified, Hunk("@@ -a +1 @@"), 3, "is not of the form @@ -LINE,COUNT"},
    {"HunkWithoutItsEnd", kUnified, Hunk("@@ -1 +1"), 3, "is not of the form"},
    {"HunkOfLineZero", kUnified, Hunk("@@ -0 +1 @@"), 3, "is not of the form"},
    {"HunkOfHugeNumbers", kUnified, Hunk("@@ -1,99999999999 +1 @@"), 3, "is not of the form"},
    {"HunkThatChangesNothing", kUnified, Hunk("@@ -1 +1 @@\n a"), 3, "the hunk changes nothing"},
    {"HunkOfNothing", kUnified, Hunk("@@ -1,0 +1,0 @@"), 3, "the hunk changes nothing"},
    {"TooFewLines", kUnified, "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-a\n+b\n", 5,
     "2 old and 2 new lines of the hunk in line 3 are missing: the diff ends"},
    {"TooFewLinesBeforeAFile", kUnified, Hunk("@@ -1,2 +1,2 @@\n-a\n+b\ndiff x"), 6, "1 old and 1 new lines"},
    {"TooManyLines", kUnified, Hunk("@@ -1 +1 @@\n-a\n+b\n c"), 6,
     "belongs to no hunk; the @@ line before it may count"},
    {"TooManyOldLines", kUnified, Hunk("@@ -1 +1 @@\n-a\n-b\n+c"), 5, "the hunk in line 3 counts fewer old lines"},
    {"TooManyNewLines", kUnified, Hunk("@@ -1 +1 @@\n+a\n+b\n-c"), 5, "the hunk in line 3 counts fewer new lines"},
    {"HunksOutOfOrder", kUnified, Hunk("@@ -9 +9 @@\n-a\n+b\n@@ -3 +3 @@\n-c\n+d"), 6, "begins before the end"},
    {"HunksThatOverlap", kUnified, Hunk("@@ -1,2 +1,2 @@\n-a\n+b\n c\n@@ -2 +3 @@\n-c\n+d"), 7,
     "begins before the end"},
    {"MarkBeforeALine", kUnified, Hunk("@@ -1 +1 @@\n\\ No newline"), 4, "follows no line of a hunk"},
    {"MarkTwice", kUnified, Hunk("@@ -1 +1 @@\n-a\n\\ No newline\n\\ No newline"), 6, "follows no line of a hunk"},
    {"MarkBeforeTheEnd", kUnified, Hunk("@@ -1,2 +1 @@\n-a\n\\ No newline\n-b\n+c"), 5, "not the last one of its file"},
    {"MarkBeforeAHunk", kUnified, Hunk("@@ -1 +1 @@\n-a\n+b\n\\ No newline\n@@ -9 +9 @@\n-c\n+d"), 7, "behind the end"},
    {"NewFileWithOldLines", kUnified, "--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", 3,
     "a file that is new has no old"},
    {"DeletedFileWithNewLines", kUnified, "--- a/x\n+++ /dev/null\n@@ -1 +1 @@\n", 3,
     "a file that is deleted has no new"},
    {"NewFileInTwoHunks", kUnified, "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n@@ -0,0 +2 @@\n+b\n", 5,
     "behind the end"},

    {"NothingChanges", kGit, "diff --git a/x b/x\nindex 1111..2222 100644\n", 1, "nothing changes in the file"},
    {"TwoNames", kGit, "diff --git a/x b/y\n--- a/x\n+++ b/y\n", 1, "two files in one"},
    {"TwoNamesOfOtherLengths", kGit, "diff --git a/x b/long.txt\n", 1, "no rename or copy has these two"},
    {"UnknownPrefixes", kGit, "diff --git x/f y/f\n", 1, "two files in one"},
    {"RenamedFromAnother", kGit, "diff --git a/x b/y\nrename from z\nrename to y\n", 1, "are not those"},
    {"RenamedToNowhere", kGit, "diff --git a/x b/y\nrename from x\n", 1, "\"rename from\" and without \"rename to\""},
    {"ModeWithoutTheOld", kGit, "diff --git a/x b/x\nnew mode 100644\n", 1, "\"new mode\" and without \"old mode\""},
    {"ModeTwice", kGit, GitFile("x") + "new mode 100644\n", 4, "a second \"new mode\" line"},
    {"ModeIsNone", kGit, "diff --git a/x b/x\nnew file mode 10064\n", 2, "its \"new file mode\" is malformed"},
    {"IndexIsNone", kGit, "diff --git a/x b/x\nindex 1111,2222..3333\n", 2, "is malformed"},
    {"NewAndDeleted", kGit, "diff --git a/x b/x\nnew file mode 100644\ndeleted file mode 100644\n", 1,
     "a file with both"},
    {"SimilarityOfNothing", kGit, GitFile("x") + "similarity index 90%\n", 1, "neither copied nor renamed"},
    {"SimilarityIsNone", kGit, "diff --git a/x b/y\nsimilarity index 101%\n", 2, "is malformed"},
    {"GitNameLeavesTheTree", kGit, GitFile("../x"), 1, "\"a/../x\" has the part \"..\""},
    {"GitNameIsGitsOwn", kGit, GitFile("sub/.git/config"), 1, "is inside .git"},
    {"RenamedOutOfTheTree", kGit, "diff --git a/x b/../y\nrename from x\nrename to ../y\n", 1, "has the part \"..\""},
    {"OtherNameBelow", kGit, "diff --git a/x b/x\n--- a/y\n+++ b/x\n", 2, "does not name \"a/x\""},
    {"NewWithoutItsMode", kGit, "diff --git a/x b/x\n--- /dev/null\n+++ b/x\n", 2, "does not name \"a/x\""},
    {"NewWithAnOldName", kGit, "diff --git a/x b/x\nnew file mode 100644\n--- a/x\n+++ b/x\n", 3,
     "does not name \"/dev/null\""},
    {"GitWithoutHunk", kGit, "diff --git a/x b/x\n--- a/x\n+++ b/x\n", 3, "a file without a hunk"},
    {"HeaderWithoutItsFile", kGit, "index 1111..2222 100644\n", 1, "belongs to no file"},
    {"StatBeforeTheDiff", kGit, " x | 2 +-\n" + GitFile("x"), 1, "belongs to no hunk"},
    {"SubmoduleLog", kGit, "Submodule sub 19ad6ac..29ad6ac:\n  > two\n", 1, "belongs to no file"},
    {"TextBehindAFile", kGit, GitFile("x") + "and so on\n", 4, "it belongs to no file"},
    {"FileHiddenInText", kGit, "Subject: x\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", 4, "a change in free text"},
    {"ModeHiddenInText", kGit, "Subject: x\n\nold mode 100644\nnew mode 100755\n" + GitFile("x"), 3,
     "a change in free text"},
    {"HunkHiddenInASignature", kGit, GitFile("x") + "-- \n@@ -1 +1 @@\n", 5, "a change in free text"},
    {"BinaryOfNoKind", kGit, "diff --git a/x b/x\nGIT binary patch\nzip 7\n", 3, "\"literal SIZE\" or \"delta SIZE\""},
    {"BinaryOfNothing", kGit, "diff --git a/x b/x\nGIT binary patch\nliteral 7\n\n", 4,
     "binary content without a line"},
    {"BinaryOfAnotherLength", kGit, "diff --git a/x b/x\nGIT binary patch\nliteral 7\nOcmXqHjAvkA\n", 4,
     "it is no line of binary content"},
    {"BinaryOfOtherDigits", kGit, "diff --git a/x b/x\nGIT binary patch\nliteral 1\nAcm,,0\n", 4,
     "is no line of binary"},
};

class BadDiffTest : public testing::TestWithParam<BadCase> {};

// SPEC §6: what is not in its stated format is known by the line.
TEST_P(BadDiffTest, IsAFaultOfItsLine) {
  const auto read = ReadDiff(GetParam().diff, GetParam().format);
  const auto* const fault = std::get_if<DiffFault>(&read);
  ASSERT_NE(fault, nullptr);
  EXPECT_EQ(fault->line, GetParam().line) << fault->what;
  EXPECT_THAT(fault->what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(DiffFormat, BadDiffTest, testing::ValuesIn(kBad),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(DiffFormat, QuotesWhatItCites) {
  const auto read = ReadDiff("--- /\x1b[31m\n+++ b/x\n", kUnified);
  EXPECT_THAT(std::get<DiffFault>(read).what, HasSubstr("\"/\\u001b[31m\" is an absolute path"));
}

TEST(DiffFormat, NamesAFileOnce) {
  const auto read = ReadDiff(std::string(kTwoHunks) + kTwoHunks, kUnified);
  EXPECT_THAT(std::get<DiffSummary>(read).files, ElementsAre("n.txt"));
  EXPECT_EQ(std::get<DiffSummary>(read).lines_added, 4);
}

// Whatever a cut leaves of a hunk is not taken for the whole.
TEST(DiffFormat, ACutHunkIsAFault) {
  constexpr std::string_view kHunk = "@@ -16,2 +14,3 @@";
  const std::string_view diff = kTwoHunks;
  for (size_t size = diff.find(kHunk) + kHunk.size(); size < diff.find("+q"); ++size) {
    EXPECT_TRUE(std::holds_alternative<DiffFault>(ReadDiff(diff.substr(0, size), kUnified))) << size;
  }
}

}  // namespace
}  // namespace annals
