#include "tests/judge/workstreams.h"

#include <algorithm>
#include <iterator>

namespace annals::judge {
namespace {

struct Edge {
  const char* from;
  const char* to;
};
constexpr Edge kEdges[] = {
    {"pending", "ready"},        {"ready", "editing"},        {"editing", "static_check"},
    {"static_check", "fixing"},  {"fixing", "static_check"},  {"static_check", "runtime_check"},
    {"fixing", "runtime_check"}, {"runtime_check", "fixing"}, {"runtime_check", "done"},
};

}  // namespace

bool HasEdge(const std::string& from, const std::string& to) {
  return std::any_of(std::begin(kEdges), std::end(kEdges),
                     [&](const Edge& edge) { return edge.from == from && edge.to == to; });
}

std::string Workstreams::Take(const Command& command, const std::string& from, bool refused) {
  if (command.kind == Kind::kNote) return refused ? "refused a note, which is always legal" : "";
  const auto found = states_.find({command.run, command.ws});
  if (command.kind == Kind::kCreate) {
    const bool is_there = found != states_.end();
    if (!refused) states_[{command.run, command.ws}] = "pending";
    if (is_there == refused) return "";
    return is_there ? "created what was there" : "refused to create what was not there";
  }
  if (found == states_.end()) return "moved what was not there";
  std::string& state = found->second;
  const std::string before = state;
  if (!refused) state = command.to;
  if (from != before) return "found it " + from + ", it was " + before;
  if (HasEdge(before, command.to) != refused) return "";
  return std::string(refused ? "refused" : "made") + " the move from " + before + " to " + command.to;
}

std::string Workstreams::StateOf(const Command& command) const {
  const auto found = states_.find({command.run, command.ws});
  return found == states_.end() ? "" : found->second;
}

}  // namespace annals::judge
