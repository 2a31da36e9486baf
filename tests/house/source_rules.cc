#include "tests/house/source_rules.h"

#include <cstddef>
#include <map>
#include <optional>
#include <regex>
#include <sstream>

namespace annals::house {
namespace {

// A folder may include itself and folders of a lower rank; folders of one rank do not know each other.
const std::map<std::string, int, std::less<>>& FolderRanks() {
  static const std::map<std::string, int, std::less<>> kRanks = {
      {"schemas", 0},      {"eventstore", 1}, {"projections", 2}, {"commands", 3},
      {"orchestrator", 4}, {"server", 5},     {"bench", 5},       {"cli", 6},
  };
  return kRanks;
}
constexpr std::string_view kOrder = "schemas <- eventstore <- projections <- commands <- orchestrator <- server, cli";

std::string FolderOf(std::string_view path) {
  const size_t slash = path.find('/');
  return std::string(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
}

std::string At(const SourceFile& file, size_t line, std::string_view message) {
  std::ostringstream out;
  out << file.path << ":" << line << ": " << message;
  return out.str();
}

template <typename Visit>
void ForEachLine(const std::string& text, const Visit& visit) {
  std::istringstream in(text);
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) visit(number, line);
}

// What is wrong with `folder` including "`included`", if anything.
std::optional<std::string> IncludeFault(const std::string& folder, const std::string& included) {
  const std::string target = FolderOf(included);
  if (included.starts_with(".") || target.empty()) {
    return "#include \"" + included + "\" is not a path from the root; write \"folder/file.h\"";
  }
  if (folder == "tests") return std::nullopt;
  if (target == "tests") {
    return "#include \"" + included + "\": only tests include tests/; move what is shared into the folder it is about";
  }
  const auto to = FolderRanks().find(target);
  if (to == FolderRanks().end()) {
    return "#include \"" + included + "\" is in no folder of " + std::string(kOrder) +
           "; write a library's header as <" + included +
           ">, or give the new folder its rank in tests/house/source_rules.cc";
  }
  if (folder == "bench") return std::nullopt;
  const auto from = FolderRanks().find(folder);
  if (from == FolderRanks().end()) {
    return "folder " + folder + " has no place in " + std::string(kOrder) +
           "; give it one in tests/house/source_rules.cc";
  }
  if (to->first == from->first || to->second < from->second) return std::nullopt;
  return folder + "/ may not include \"" + included + "\": " + std::string(kOrder) +
         "; move what is needed to the left, or hand it in from " + target + "/ through an interface of " + folder +
         "/";
}

}  // namespace

bool IsOurCpp(std::string_view path) {
  return (path.ends_with(".h") || path.ends_with(".cc")) && !path.starts_with("demo/");
}

std::vector<std::string> IncludeOrderFaults(const SourceFile& file) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s+"([^"]+)")re");
  std::vector<std::string> faults;
  const std::string folder = FolderOf(file.path);
  ForEachLine(file.text, [&](size_t number, const std::string& line) {
    std::smatch match;
    if (!std::regex_search(line, match, kInclude)) return;
    if (auto fault = IncludeFault(folder, match[1])) faults.push_back(At(file, number, *fault));
  });
  return faults;
}

std::vector<std::string> SqliteFaults(const SourceFile& file) {
  static const std::regex kApi(R"(\bsqlite3(_\w|(ext)?\.h\b|\s*[*&]))");
  std::vector<std::string> faults;
  for (std::string_view allowed : {"eventstore/sqlite/", "bench/", "tests/"}) {
    if (file.path.starts_with(allowed)) return faults;
  }
  ForEachLine(file.text, [&](size_t number, const std::string& line) {
    if (!std::regex_search(line, kApi)) return;
    faults.push_back(
        At(file, number,
           "SQLite's C API outside eventstore/sqlite; speak to the storage interface, and extend it and every "
           "backend where it is too small"));
  });
  return faults;
}

std::vector<std::string> LocaleFaults(const SourceFile& file) {
  struct Rule {
    std::regex call;
    const char* message;
  };
  // With std:: or without, called or named as a function; a name of another namespace or class, or one that only ends
  // so, is something else.
  const auto named = [](const std::string& names) {
    return std::regex(R"((^|[^\w:.>]|[^-]>)((std)?::(?:)" + names + R"()\b|(?:)" + names + R"()\())");
  };
  static const Rule kRules[] = {
      {named("is(?:alpha|alnum|digit|lower|upper|punct|space|blank|graph|print|cntrl|xdigit)|to(?:lower|upper)"),
       "a letter judged by the locale; take absl::ascii_… from <absl/strings/ascii.h>"},
      {named("str(?:n)?casecmp"),
       "letters compared by the locale; take absl::EqualsIgnoreCase from <absl/strings/match.h>"},
      {named("strto(?:d|f|ld)|sto(?:d|f|ld)|atof"),
       "a number whose decimal point is the locale's; take absl::SimpleAtod from <absl/strings/numbers.h>"},
  };
  std::vector<std::string> faults;
  if (file.path.starts_with("tests/")) return faults;
  ForEachLine(file.text, [&](size_t number, const std::string& line) {
    for (const Rule& rule : kRules) {
      if (std::regex_search(line, rule.call)) faults.push_back(At(file, number, rule.message));
    }
  });
  return faults;
}

std::vector<std::string> PragmaOnceFaults(const SourceFile& file) {
  if (!file.path.ends_with(".h")) return {};
  std::vector<std::string> faults;
  bool decided = false;
  ForEachLine(file.text, [&](size_t number, const std::string& line) {
    if (decided || line.empty() || line.starts_with("//")) return;
    decided = true;
    if (line != "#pragma once") {
      faults.push_back(At(file, number, "the first line after the comment must be #pragma once; put it there"));
    }
  });
  if (!decided) faults.push_back(At(file, 1, "a header without #pragma once; put it after the comment"));
  return faults;
}

std::vector<std::string> MachinePathFaults(const SourceFile& file) {
  static const std::regex kPath(R"((^|[^\w./~-])/((root|work|workspace)/|(home|Users)/(?![a-z]/)))");
  std::vector<std::string> faults;
  ForEachLine(file.text, [&](size_t number, const std::string& line) {
    if (!std::regex_search(line, kPath)) return;
    faults.push_back(At(file, number,
                        "a path of one machine; write it from the repository's root, or take it from the environment "
                        "or ANNALS_SOURCE_DIR; a sample's home folder has a name of one letter"));
  });
  return faults;
}

}  // namespace annals::house
