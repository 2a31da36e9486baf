#include "tests/house/document_rules.h"

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

namespace annals::house {

std::vector<Link> RelativeLinks(const SourceFile& file) {
  static const std::regex kCodeSpan("`[^`]*`");
  static const std::regex kLink(R"(\]\(<?([^)\s>]+))");
  static const std::regex kScheme("^[A-Za-z][A-Za-z0-9+.-]*:");
  const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
  std::vector<Link> links;
  bool in_block = false;
  std::istringstream in(file.text);
  std::string raw;
  for (size_t number = 1; std::getline(in, raw); ++number) {
    if (raw.starts_with("```")) {
      in_block = !in_block;
      continue;
    }
    if (in_block) continue;
    const std::string line = std::regex_replace(raw, kCodeSpan, "");
    for (std::sregex_iterator it(line.begin(), line.end(), kLink), end; it != end; ++it) {
      const std::string written = (*it)[1];
      if (written.starts_with('#') || std::regex_search(written, kScheme)) continue;
      const std::string path = written.substr(0, written.find('#'));
      std::string target = (folder / path).lexically_normal().generic_string();
      if (target.size() > 1 && target.ends_with('/')) target.pop_back();
      links.push_back({number, written, target});
    }
  }
  return links;
}

std::vector<std::string> BrokenLinkFaults(const SourceFile& file,
                                          const std::function<bool(const std::string&)>& exists) {
  std::vector<std::string> faults;
  for (const Link& link : RelativeLinks(file)) {
    const bool leaves = link.target.starts_with("..") || link.target.starts_with('/');
    if (!leaves && exists(link.target)) continue;
    std::ostringstream out;
    out << file.path << ":" << link.line << ": the link " << link.as_written << " leads to "
        << (leaves ? "a place outside the repository" : link.target + ", which does not exist")
        << "; correct it (links are relative to the file they stand in), or add what it names";
    faults.push_back(out.str());
  }
  return faults;
}

std::vector<std::string> MissingPlaceFaults(const SourceFile& file,
                                            const std::function<bool(const std::string&)>& exists) {
  static const std::regex kPlace(
      "`((?:schemas|eventstore|projections|commands|cli|bench|tests|docs|demo)/[a-z0-9_./-]*)`");
  std::vector<std::string> faults;
  std::istringstream in(file.text);
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    for (std::sregex_iterator it(line.begin(), line.end(), kPlace), end; it != end; ++it) {
      const std::string place = (*it)[1];
      if (exists(place) || exists(place + ".h")) continue;
      std::ostringstream out;
      out << file.path << ":" << number << ": it names " << place
          << ", which does not exist; name what is there, or say in plain words that it is to come";
      faults.push_back(out.str());
    }
  }
  return faults;
}

std::vector<std::string> UnlinkedDocumentFaults(const std::vector<SourceFile>& files) {
  std::set<std::string> linked = {"docs/README.md"};
  for (const SourceFile& file : files) {
    if (file.path != "README.md" && file.path != "docs/README.md") continue;
    for (const Link& link : RelativeLinks(file)) linked.insert(link.target);
  }
  std::vector<std::string> faults;
  for (const SourceFile& file : files) {
    if (!file.path.starts_with("docs/") || linked.contains(file.path)) continue;
    faults.push_back(file.path + ": no reader finds this page; link it from README.md or docs/README.md");
  }
  return faults;
}

}  // namespace annals::house
