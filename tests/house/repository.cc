#include "tests/house/repository.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace annals::house {
namespace {

namespace fs = std::filesystem;

// What .gitignore leaves out, and the folders of git and of editors.
bool IsSkippedFolder(const std::string& name) {
  if (name.starts_with('.')) return name != ".ci";
  return name == "build" || name.starts_with("build-") || name == "state";
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

std::vector<SourceFile> ReadRepository(const std::string& root) {
  std::vector<SourceFile> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
    if (it->is_directory()) {
      if (IsSkippedFolder(it->path().filename())) it.disable_recursion_pending();
      continue;
    }
    // In a worktree .git is a file.
    if (!it->is_regular_file() || it->path().filename() == ".git") continue;
    std::string text = ReadFile(it->path());
    if (text.find('\0') != std::string::npos) continue;
    files.push_back({it->path().lexically_relative(root).generic_string(), std::move(text)});
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace annals::house
