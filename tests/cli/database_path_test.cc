#include "cli/database_path.h"

#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals {
namespace {

namespace fs = std::filesystem;

class DatabasePathTest : public testing::Test {
 protected:
  fs::path Folder(const std::string& name) {
    const fs::path path = root_ / name;
    fs::create_directories(path);
    return path;
  }
  void File(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  std::string Find(const std::optional<std::string>& given, const std::map<std::string, std::string>& variables,
                   const fs::path& directory) {
    const Environment environment = [&](const char* name) -> const char* {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    };
    const auto path = FindDatabasePath(given, environment, directory);
    return path.ok() ? *path : "error";
  }

  testing_process::TemporaryFolder folder_;
  fs::path root_ = fs::canonical(folder_.path());
};

TEST_F(DatabasePathTest, TheOptionBeatsTheVariableBeatsTheProject) {
  Folder("p/.git");
  const fs::path directory = Folder("p/deep/er");
  const std::map<std::string, std::string> set = {{"PIPELINE_DB_PATH", "/v.db"}};
  EXPECT_EQ(Find("o.db", set, directory), "o.db");
  EXPECT_EQ(Find(std::nullopt, set, directory), "/v.db");
  EXPECT_EQ(Find(std::nullopt, {}, directory), (root_ / "p/state/pipeline_state.db").string());
}

TEST_F(DatabasePathTest, AnEmptyVariableIsNone) {
  Folder("p/.git");
  EXPECT_EQ(Find(std::nullopt, {{"PIPELINE_DB_PATH", ""}}, root_ / "p"),
            (root_ / "p/state/pipeline_state.db").string());
}

TEST_F(DatabasePathTest, AnEmptyOptionIsBadInput) {
  const auto path = FindDatabasePath(
      "", [](const char*) -> const char* { return nullptr; }, root_);
  EXPECT_TRUE(absl::IsInvalidArgument(path.status())) << path.status();
}

TEST_F(DatabasePathTest, OutsideAProjectItIsUnderTheWorkingDirectory) {
  const fs::path directory = Folder("nowhere");
  if (FindProjectRoot(root_)) GTEST_SKIP() << "the temporary folder itself lies in a project";
  EXPECT_EQ(Find(std::nullopt, {}, directory), (directory / "state/pipeline_state.db").string());
}

TEST_F(DatabasePathTest, TheNearestProjectWins) {
  Folder("p/.git");
  Folder("p/inner/.git");
  EXPECT_EQ(FindProjectRoot(Folder("p/inner/src")), root_ / "p/inner");
}

TEST_F(DatabasePathTest, AWorktreeSharesTheDatabaseOfTheMainOne) {
  Folder("main/.git");
  File("main/.git/worktrees/x/commondir", "../..\n");
  File("elsewhere/x/.git", "gitdir: " + (root_ / "main/.git/worktrees/x").string() + "\n");
  EXPECT_EQ(FindProjectRoot(Folder("elsewhere/x/src")), root_ / "main");
}

TEST_F(DatabasePathTest, AWorktreeMayNameItsRepositoryRelatively) {
  Folder("main/.git");
  File("main/.git/worktrees/x/commondir", "../..\n");
  File("x/.git", "gitdir: ../main/.git/worktrees/x\n");
  EXPECT_EQ(FindProjectRoot(root_ / "x"), root_ / "main");
}

TEST_F(DatabasePathTest, AWorktreeWithoutCommondirIsFollowedByItsName) {
  Folder("main/.git/worktrees/x");
  File("x/.git", "gitdir: " + (root_ / "main/.git/worktrees/x").string() + "\n");
  EXPECT_EQ(FindProjectRoot(root_ / "x"), root_ / "main");
}

TEST_F(DatabasePathTest, ASubmoduleIsAProjectOfItsOwn) {
  Folder("main/.git/modules/lib");
  File("main/lib/.git", "gitdir: ../.git/modules/lib\n");
  EXPECT_EQ(FindProjectRoot(root_ / "main/lib"), root_ / "main/lib");
}

TEST_F(DatabasePathTest, WorktreesOfABareRepositoryShareItsFolder) {
  File("bare.git/worktrees/x/commondir", "../..\n");
  File("x/.git", "gitdir: " + (root_ / "bare.git/worktrees/x").string() + "\n");
  EXPECT_EQ(FindProjectRoot(root_ / "x"), root_ / "bare.git");
}

TEST_F(DatabasePathTest, AGitFileThatSaysNothingEndsTheSearchWhereItLies) {
  File("p/.git", "nonsense");
  EXPECT_EQ(FindProjectRoot(Folder("p/src")), root_ / "p");
}

}  // namespace
}  // namespace annals
