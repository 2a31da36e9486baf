// The rules for Markdown, shown to bite on bad samples, then held against the whole repository.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/house/document_rules.h"
#include "tests/house/repository.h"

namespace annals::house {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> BrokenLinks(const std::string& path, const std::string& text) {
  return BrokenLinkFaults({path, text},
                          [](const std::string& target) { return target == "docs" || target == "docs/a.md"; });
}

TEST(RelativeLinks, AreResolvedFromTheFileTheyStandIn) {
  EXPECT_THAT(BrokenLinks("README.md", "[a](docs/a.md) and [all](docs/) and [part](docs/a.md#part)"), IsEmpty());
  EXPECT_THAT(BrokenLinks("docs/b.md", "[a](a.md \"title\") [a](./a.md) [up](../docs/a.md)"), IsEmpty());
  EXPECT_THAT(BrokenLinks("docs/b.md", "\n[a](docs/a.md)"),
              ElementsAre(HasSubstr(
                  "docs/b.md:2: the link docs/a.md leads to docs/docs/a.md, which does not exist; correct it")));
}

TEST(RelativeLinks, MayNotLeaveTheRepository) {
  EXPECT_THAT(BrokenLinks("docs/b.md", "[a](../../docs/a.md)"), ElementsAre(HasSubstr("outside the repository")));
  EXPECT_THAT(BrokenLinks("docs/b.md", "[a](/docs/a.md)"), ElementsAre(HasSubstr("outside the repository")));
}

TEST(RelativeLinks, OfSeveralInALineEachIsJudged) {
  EXPECT_THAT(BrokenLinks("README.md", "[a](x.md) [b](docs/a.md) ![c](y.png)"),
              ElementsAre(HasSubstr("x.md"), HasSubstr("y.png")));
}

TEST(RelativeLinks, AreNotSeenInCodeNorInAddresses) {
  EXPECT_THAT(
      BrokenLinks("README.md",
                  "`[a](x.md)`\n```text\n[a](x.md)\n```\n[w](https://example.org/x) [m](mailto:a@b) [s](#here)"),
      IsEmpty());
  EXPECT_THAT(BrokenLinks("README.md", "```text\n```\n[a](x.md)"), ElementsAre(HasSubstr("README.md:3:")));
}

// docs/testing.md had listed folders of tests that nobody had made.
TEST(MissingPlaces, AreNamed) {
  const auto exists = [](const std::string& place) { return place == "tests/cli/" || place == "cli/help.h"; };
  const std::string good = "`tests/cli/`, `cli/help.h`, `cli/help`, `tests/FOLDER/`, `cli/*_command.cc`, `build/x`";
  EXPECT_THAT(MissingPlaceFaults({"docs/b.md", good}, exists), IsEmpty());
  EXPECT_THAT(MissingPlaceFaults({"docs/b.md", "\n`tests/cli/`, `tests/crash/`"}, exists),
              ElementsAre(HasSubstr("docs/b.md:2: it names tests/crash/, which does not exist")));
}

TEST(UnlinkedDocuments, AreNamed) {
  const std::vector<SourceFile> files = {{"README.md", "[a](docs/a.md)"},
                                         {"docs/README.md", "[b](b.md)"},
                                         {"docs/a.md", "[c](c.md)"},
                                         {"docs/b.md", ""},
                                         {"docs/c.md", ""}};
  EXPECT_THAT(UnlinkedDocumentFaults(files),
              ElementsAre(HasSubstr("docs/c.md: no reader finds this page; link it from README.md")));
}

class HouseDocumentsTest : public testing::Test {
 protected:
  static const std::vector<SourceFile>& Repository() {
    static const std::vector<SourceFile> kFiles = ReadRepository(ANNALS_SOURCE_DIR);
    return kFiles;
  }
};

TEST_F(HouseDocumentsTest, EveryLinkAndPlaceIsThere) {
  const auto exists = [](const std::string& target) {
    return std::filesystem::exists(std::filesystem::path(ANNALS_SOURCE_DIR) / target);
  };
  for (const SourceFile& file : Repository()) {
    if (!file.path.ends_with(".md")) continue;
    EXPECT_THAT(BrokenLinkFaults(file, exists), IsEmpty());
    EXPECT_THAT(MissingPlaceFaults(file, exists), IsEmpty());
  }
}

TEST_F(HouseDocumentsTest, EveryPageIsLinked) {
  EXPECT_THAT(UnlinkedDocumentFaults(Repository()), IsEmpty());
}

}  // namespace
}  // namespace annals::house
