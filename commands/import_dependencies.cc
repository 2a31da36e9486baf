#include "commands/import_dependencies.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "schemas/json_tokens.h"
#include "schemas/message_text.h"
#include "schemas/text_map.h"

namespace annals {
namespace {

// nullopt: it is no JSON array of texts.
std::optional<std::vector<std::string>> ReadArray(std::string_view json) {
  JsonTokens in;
  std::vector<std::string> names;
  if (!in.Load(json) || !in.Take('[')) return std::nullopt;
  while (!in.Take(']')) {
    std::string_view name;
    if (!names.empty() && !in.Take(',')) return std::nullopt;
    if (!in.ReadString(name)) return std::nullopt;
    names.emplace_back(name);
  }
  if (!in.AtEnd()) return std::nullopt;
  return names;
}

std::vector<std::string> SplitAtCommas(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t first = part.find_first_not_of(kBlank);
    if (first == std::string_view::npos) continue;
    names.emplace_back(part.substr(first, part.find_last_not_of(kBlank) - first + 1));
  }
  return names;
}

std::vector<std::string> ReadNames(ImportRow& row) {
  const std::optional<std::string> text = row.Text("depends_on");
  if (!text) {
    if (row.Has("depends_on")) row.AddFault("depends_on is no text");
    return {};
  }
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) return {};
  if (text->at(text->find_first_not_of(" \t\r\n")) != '[') return SplitAtCommas(*text);
  if (auto names = ReadArray(*text)) return *std::move(names);
  row.AddFault(fmt::format("depends_on is no JSON array of names: {}", Quoted(*text)));
  return {};
}

void FindNeeds(ImportRun& run) {
  TextMap<ImportWorkstream*> by_name;
  for (ImportWorkstream* const workstream : run.workstreams) by_name.emplace(workstream->ws_id, workstream);
  for (ImportWorkstream* const workstream : run.workstreams) {
    for (const std::string& name : ReadNames(*workstream->row)) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) {
        workstream->row->AddFault(
            fmt::format("depends_on names {}, which run {} does not have: left out", Quoted(name), run.run_id));
      } else if (found->second == workstream) {
        workstream->row->AddFault("depends_on names the workstream itself: left out");
      } else if (std::ranges::find(workstream->needs, found->second) == workstream->needs.end()) {
        workstream->needs.push_back(found->second);
      }
    }
  }
}

// Puts workstreams after what they need, and breaks circles where they are met.
class Orderer {
 public:
  std::vector<ImportWorkstream*> Order(const std::vector<ImportWorkstream*>& workstreams) {
    for (ImportWorkstream* const workstream : workstreams) Visit(workstream);
    return std::move(ordered_);
  }

 private:
  enum class Mark { kNew, kOpen, kDone };
  // A stack of our own: a chain of dependencies may be longer than the thread's is deep.
  struct Visiting {
    ImportWorkstream* workstream;
    size_t next = 0;  // of its needs
  };

  void Visit(ImportWorkstream* first) {
    if (marks_[first] != Mark::kNew) return;
    std::vector<Visiting> stack{{first}};
    marks_[first] = Mark::kOpen;
    while (!stack.empty()) {
      Visiting& at = stack.back();
      if (at.next == at.workstream->needs.size()) {
        marks_[at.workstream] = Mark::kDone;
        ordered_.push_back(at.workstream);
        stack.pop_back();
        continue;
      }
      ImportWorkstream* const needed = at.workstream->needs[at.next];
      Mark& mark = marks_[needed];
      if (mark == Mark::kOpen) {
        at.workstream->row->AddFault(
            fmt::format("depends_on names {}, which depends on this one in turn: left out", needed->ws_id));
        at.workstream->needs.erase(at.workstream->needs.begin() + static_cast<std::ptrdiff_t>(at.next));
        continue;
      }
      ++at.next;
      if (mark == Mark::kDone) continue;
      mark = Mark::kOpen;
      stack.push_back({needed});
    }
  }

  absl::flat_hash_map<const ImportWorkstream*, Mark> marks_;  // only looked up, never walked
  std::vector<ImportWorkstream*> ordered_;
};

}  // namespace

void ReadDependencies(ImportRun& run) {
  std::ranges::stable_sort(run.workstreams, {}, &ImportWorkstream::created_at);
  FindNeeds(run);
  run.workstreams = Orderer().Order(run.workstreams);
}

}  // namespace annals
