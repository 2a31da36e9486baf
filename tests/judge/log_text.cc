#include "tests/judge/log_text.h"

#include <cstdlib>

namespace annals::judge {

std::string Field(std::string_view line, std::string_view name) {
  const std::string start = '"' + std::string(name) + "\":";
  const size_t found = line.find(start);
  if (found == std::string_view::npos) return "";
  line.remove_prefix(found + start.size());
  if (line.starts_with("null")) return "";
  if (!line.starts_with('"')) return std::string(line.substr(0, line.find_first_of(",}")));
  return std::string(line.substr(1, line.find('"', 1) - 1));
}

std::vector<Event> ReadLog(std::string_view json_lines) {
  std::vector<Event> log;
  for (size_t end; (end = json_lines.find('\n')) != std::string_view::npos; json_lines.remove_prefix(end + 1)) {
    const std::string_view line = json_lines.substr(0, end);
    log.push_back({.position = std::strtoull(Field(line, "position").c_str(), nullptr, 10),
                   .stream = Field(line, "stream"),
                   .version = std::strtoull(Field(line, "version").c_str(), nullptr, 10),
                   .type = Field(line, "event_type"),
                   .ws = Field(line, "ws_id"),
                   .key = Field(line, "command_id"),
                   .from = Field(line, "from"),
                   .to = Field(line, "to")});
  }
  return log;
}

}  // namespace annals::judge
