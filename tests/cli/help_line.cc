#include "tests/cli/help_line.h"

#include <sstream>

namespace annals::testing_process {

std::vector<std::string> WordsOf(const std::string& line) {
  std::vector<std::string> words(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  words.erase(words.begin());
  return words;
}

std::string ValueOf(const std::string& json, const std::string& key) {
  const std::string start = "\"" + key + "\":\"";
  const size_t found = json.find(start);
  if (found == std::string::npos) return "";
  const size_t begin = found + start.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace annals::testing_process
