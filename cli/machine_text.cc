#include "cli/machine_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/table.h"
#include "commands/guards.h"
#include "eventstore/event_codec.h"
#include "schemas/json_writer.h"

namespace annals {
namespace {

std::string_view NameOf(schema::Severity severity) {
  static constexpr std::string_view kNames[] = {"info", "warning", "error", "critical"};
  return kNames[std::min(static_cast<size_t>(severity), std::size(kNames) - 1)];
}

std::vector<std::string_view> GuardNames(const Edge& edge) {
  std::vector<std::string_view> names;
  for (const Guard* const guard : edge.guards) names.push_back(guard->name);
  return names;
}

// What a state is called inside a diagram: its name, or "s3" where Mermaid would read the name as something else.
std::vector<std::string> MermaidNames(const Machine& machine) {
  static constexpr std::string_view kReserved[] = {"state", "note",  "end",   "as",    "direction", "scale",   "hide",
                                                   "class", "style", "click", "title", "default",   "classdef"};
  std::vector<std::string> names;
  for (const std::string_view state : machine.states()) {
    const bool plain =
        std::all_of(state.begin(), state.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    const bool reserved = std::find(std::begin(kReserved), std::end(kReserved), state) != std::end(kReserved);
    names.push_back(plain && !reserved ? std::string(state) : fmt::format("s{}", names.size()));
  }
  return names;
}

std::string MermaidLabel(std::string_view text) {
  std::string label(text);
  std::replace(label.begin(), label.end(), ':', '.');
  return label;
}

// One edge of the data: many states may leave by it, and many be reached.
struct EdgeGroup {
  const Edge* edge;
  std::vector<std::string_view> from, to;
};
void AddOnce(std::string_view name, std::vector<std::string_view>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}
// Edges that differ only in where they come from, or only in where they go, in one.
std::vector<EdgeGroup> GroupedEdges(const Machine& machine) {
  std::vector<EdgeGroup> groups;
  for (const Edge& edge : machine.edges()) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const EdgeGroup& group) {
      return group.edge->trigger == edge.trigger && group.edge->meaning == edge.meaning &&
             (group.edge->to == edge.to || group.edge->from == edge.from);
    });
    EdgeGroup& group = same == groups.end() ? groups.emplace_back(EdgeGroup{&edge, {}, {}}) : *same;
    AddOnce(edge.from, group.from);
    AddOnce(edge.to, group.to);
  }
  return groups;
}

std::string_view MeaningOf(const Machine& machine, std::string_view state) {
  for (const auto data : machine.data().getStates()) {
    if (View(data.getName()) == state) return View(data.getMeaning());
  }
  return "";
}

std::string_view RoleOf(const Machine& machine, std::string_view state) {
  if (state == machine.initial()) return "initial";
  return machine.IsTerminal(state) ? "terminal" : "";
}

// Text between the bars of a Markdown table.
std::string MarkdownCell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string CodeList(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", name);
  return list;
}

std::string MarkdownOf(const Machine& machine) {
  std::string page = fmt::format("## {}\n\nVersion {}. {}\n\n```mermaid\n{}```\n\n", machine.name(), machine.version(),
                                 View(machine.data().getMeaning()), MermaidOf(machine));
  page += "| state | | meaning |\n|---|---|---|\n";
  for (const std::string_view state : machine.states()) {
    page += fmt::format("| `{}` | {} | {} |\n", state, RoleOf(machine, state), MarkdownCell(MeaningOf(machine, state)));
  }
  page += "\n| from | to | trigger | guards | severity | meaning |\n|---|---|---|---|---|---|\n";
  for (const EdgeGroup& group : GroupedEdges(machine)) {
    page += fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", CodeList(group.from), CodeList(group.to),
                        group.edge->trigger, CodeList(GuardNames(*group.edge)), NameOf(group.edge->severity),
                        MarkdownCell(group.edge->meaning));
  }
  return page;
}

}  // namespace

std::string MermaidOf(const Machine& machine) {
  const std::vector<std::string> names = MermaidNames(machine);
  const auto& states = machine.states();
  const auto name_of = [&](std::string_view state) -> const std::string& {
    return names[static_cast<size_t>(std::find(states.begin(), states.end(), state) - states.begin())];
  };
  std::string text = "stateDiagram-v2\n";
  for (size_t i = 0; i < states.size(); ++i) {
    if (names[i] != states[i]) text += fmt::format("    state \"{}\" as {}\n", states[i], names[i]);
  }
  text += fmt::format("    [*] --> {}\n", name_of(machine.initial()));
  for (const Edge& edge : machine.edges()) {
    text += fmt::format("    {} --> {} : {}\n", name_of(edge.from), name_of(edge.to), MermaidLabel(edge.trigger));
  }
  for (const std::string_view state : states) {
    if (machine.IsTerminal(state)) text += fmt::format("    {} --> [*]\n", name_of(state));
  }
  return text;
}

std::string DotOf(const Machine& machine) {
  std::string text =
      fmt::format("digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box, style=rounded];\n", machine.name());
  text += "  \"*\" [shape=point];\n";
  for (const std::string_view state : machine.states()) {
    text += fmt::format("  \"{}\"{};\n", state, machine.IsTerminal(state) ? " [peripheries=2]" : "");
  }
  text += fmt::format("  \"*\" -> \"{}\";\n", machine.initial());
  for (const Edge& edge : machine.edges()) {
    text += fmt::format("  \"{}\" -> \"{}\" [label=\"{}\"];\n", edge.from, edge.to, edge.trigger);
  }
  text += "}\n";
  return text;
}

std::string MachineJson(const Machine& machine) {
  JsonWriter out;
  out.BeginObject().Key("name").String(machine.name()).Key("version").String(machine.version());
  out.Key("meaning").String(View(machine.data().getMeaning())).Key("initial").String(machine.initial());
  out.Key("terminals").BeginArray();
  for (const std::string_view state : machine.states()) {
    if (machine.IsTerminal(state)) out.String(state);
  }
  out.EndArray().Key("states").BeginArray();
  for (const std::string_view state : machine.states()) {
    out.BeginObject().Key("name").String(state).Key("meaning").String(MeaningOf(machine, state)).EndObject();
  }
  out.EndArray().Key("edges").BeginArray();
  for (const Edge& edge : machine.edges()) {
    out.BeginObject().Key("from").String(edge.from).Key("to").String(edge.to).Key("trigger").String(edge.trigger);
    out.Key("guards").BeginArray();
    for (const std::string_view guard : GuardNames(edge)) out.String(guard);
    out.EndArray().Key("severity").String(NameOf(edge.severity)).Key("meaning").String(edge.meaning).EndObject();
  }
  return out.EndArray().EndObject().Take();
}

std::string MachineTables(const Machine& machine, std::optional<size_t> width, ColourMode colour) {
  Table states({{"STATE"}, {""}, {"MEANING"}});
  for (const std::string_view state : machine.states()) {
    states.AddRow({{std::string(state), InkOfState(state)},
                   {std::string(RoleOf(machine, state)), Ink::kDim},
                   {std::string(MeaningOf(machine, state))}});
  }
  Table edges({{"FROM"}, {"TO"}, {"TRIGGER"}, {"GUARDS"}, {"SEVERITY"}});
  for (const EdgeGroup& group : GroupedEdges(machine)) {
    edges.AddRow({{fmt::format("{}", fmt::join(group.from, ", "))},
                  {fmt::format("{}", fmt::join(group.to, ", "))},
                  {std::string(group.edge->trigger)},
                  {fmt::format("{}", fmt::join(GuardNames(*group.edge), ", "))},
                  {std::string(NameOf(group.edge->severity))}});
  }
  return fmt::format("{} (version {}): {}\n\n{}\n{}", Paint(machine.name(), Ink::kBold, colour), machine.version(),
                     View(machine.data().getMeaning()), states.Render(width, colour), edges.Render(width, colour));
}

std::string StateMachinePage() {
  std::string page =
      "# State machines\n\n"
      "<!-- Made by `annals docs state_machine` from schemas/machine.capnp; a test compares. -->\n\n"
      "What may follow what. A transition along no edge of these diagrams is refused, and the refusal is recorded. An "
      "override by an\n"
      "operator sets guards and missing edges aside, but never leaves a terminal state. `annals machine check NAME "
      "FROM TO` asks the\n"
      "same data.\n";
  std::map<std::string_view, std::string_view> guards;
  for (const Machine* const machine : BuiltInMachines()) {
    page += '\n';
    page += MarkdownOf(*machine);
    for (const Edge& edge : machine->edges()) {
      for (const Guard* const guard : edge.guards) guards.emplace(guard->name, guard->meaning);
    }
  }
  page +=
      "\n## Guards\n\nA guard is judged when its edge is taken; a refusal names the one that does not hold and what it "
      "saw.\n\n";
  page += "| guard | holds when |\n|---|---|\n";
  for (const auto& [name, meaning] : guards) page += fmt::format("| `{}` | {} |\n", name, MarkdownCell(meaning));
  return page;
}

}  // namespace annals
