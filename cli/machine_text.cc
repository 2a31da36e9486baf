#include "cli/machine_text.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/printable.h"
#include "cli/table.h"
#include "commands/guards.h"
#include "eventstore/event_codec.h"
#include "schemas/text_map.h"

namespace annals {
namespace {

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

// A mark, since Mermaid's state diagrams have no colours for arrows: "fail (error)". What is usual has none.
std::string MermaidLabel(const Edge& edge) {
  std::string label(edge.trigger);
  std::replace(label.begin(), label.end(), ':', '.');
  if (edge.severity != schema::Severity::INFO) label += fmt::format(" ({})", SeverityName(edge.severity));
  return label;
}

// Edges that say the same: every state of `from` leads to every one of `to`.
struct EdgeGroup {
  const Edge* edge;
  std::vector<std::string_view> from, to;
};
// Where an edge says the same as another one but for its ends.
auto LabelOf(const Edge& edge) {
  return std::tie(edge.trigger, edge.guards, edge.severity, edge.meaning);
}
using EdgeLabel = decltype(LabelOf(std::declval<const Edge&>()));

// First edges that differ only in where they come from become one, then those that differ only in where they go.
std::vector<EdgeGroup> GroupedEdges(const Machine& machine) {
  std::vector<EdgeGroup> by_target;
  std::map<std::pair<EdgeLabel, std::string_view>, size_t> places;
  for (const Edge& edge : machine.edges()) {
    const auto [place, is_new] = places.try_emplace({LabelOf(edge), edge.to}, by_target.size());
    if (is_new) by_target.push_back({&edge, {}, {edge.to}});
    by_target[place->second].from.push_back(edge.from);
  }
  std::vector<EdgeGroup> groups;
  std::map<std::pair<EdgeLabel, std::vector<std::string_view>>, size_t> places_by_source;
  for (EdgeGroup& group : by_target) {
    const auto [place, is_new] = places_by_source.try_emplace({LabelOf(*group.edge), group.from}, groups.size());
    if (is_new) {
      groups.push_back(std::move(group));
    } else {
      groups[place->second].to.push_back(group.to.front());
    }
  }
  return groups;
}

std::string_view MeaningOf(schema::State::Reader state) {
  return View(state.getMeaning());
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

// Quoted as Graphviz reads it: a backslash would begin an escape, an ampersand an entity of HTML.
std::string DotText(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '&') {
      quoted += "&amp;";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}
// What is shown under the mouse in a drawing. Without one Graphviz would repeat the label, "from->to" for an edge.
std::string DotTooltip(std::string_view meaning, std::string_view otherwise) {
  return DotText(meaning.empty() ? otherwise : meaning);
}

// An edge's attributes by how grave it is. Told apart without colours too, and dark enough on white.
std::string_view DotLook(schema::Severity severity) {
  switch (severity) {
    case schema::Severity::INFO:
      return "";
    case schema::Severity::WARNING:
      return ", color=\"#8a5a00\", fontcolor=\"#8a5a00\", style=dashed";
    case schema::Severity::ERROR:
      return ", color=\"#b42318\", fontcolor=\"#b42318\"";
    case schema::Severity::CRITICAL:
      break;
  }
  return ", color=\"#b42318\", fontcolor=\"#b42318\", style=bold";
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
  for (const auto state : machine.data().getStates()) {
    const std::string_view name = View(state.getName());
    page += fmt::format("| `{}` | {} | {} |\n", name, RoleOf(machine, name), MarkdownCell(MeaningOf(state)));
  }
  page += "\n| from | to | trigger | guards | severity | meaning |\n|---|---|---|---|---|---|\n";
  for (const EdgeGroup& group : GroupedEdges(machine)) {
    page += fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", CodeList(group.from), CodeList(group.to),
                        group.edge->trigger, CodeList(GuardNames(*group.edge)), SeverityName(group.edge->severity),
                        MarkdownCell(group.edge->meaning));
  }
  return page;
}

}  // namespace

std::string MermaidOf(const Machine& machine) {
  const std::vector<std::string> names = MermaidNames(machine);
  const auto& states = machine.states();
  TextMap<const std::string*> name_by_state;
  for (size_t i = 0; i < states.size(); ++i) name_by_state.emplace(states[i], &names[i]);
  const auto name_of = [&](std::string_view state) -> const std::string& { return *name_by_state.find(state)->second; };
  std::string text = "stateDiagram-v2\n";
  for (size_t i = 0; i < states.size(); ++i) {
    if (names[i] != states[i]) text += fmt::format("    state \"{}\" as {}\n", states[i], names[i]);
  }
  text += fmt::format("    [*] --> {}\n", name_of(machine.initial()));
  for (const Edge& edge : machine.edges()) {
    text += fmt::format("    {} --> {} : {}\n", name_of(edge.from), name_of(edge.to), MermaidLabel(edge));
  }
  for (const std::string_view state : states) {
    if (machine.IsTerminal(state)) text += fmt::format("    {} --> [*]\n", name_of(state));
  }
  return text;
}

std::string DotOf(const Machine& machine) {
  std::string text =
      fmt::format("digraph {} {{\n  rankdir=LR;\n  node [shape=box, style=rounded];\n", DotText(machine.name()));
  text += "  \"*\" [shape=point, tooltip=\"\"];\n";
  for (const auto state : machine.data().getStates()) {
    const std::string_view name = View(state.getName());
    text += fmt::format("  {} [tooltip={}{}];\n", DotText(name), DotTooltip(MeaningOf(state), name),
                        machine.IsTerminal(name) ? ", peripheries=2" : "");
  }
  text += fmt::format("  \"*\" -> {};\n", DotText(machine.initial()));
  for (const Edge& edge : machine.edges()) {
    text += fmt::format("  {} -> {} [label={}, tooltip={}{}];\n", DotText(edge.from), DotText(edge.to),
                        DotText(edge.trigger), DotTooltip(edge.meaning, edge.trigger), DotLook(edge.severity));
  }
  text += "}\n";
  return text;
}

std::string MachineTables(const Machine& machine, std::optional<size_t> width, ColourMode colour) {
  Table states({{"STATE"}, {""}, {"MEANING"}});
  for (const auto state : machine.data().getStates()) {
    const std::string_view name = View(state.getName());
    states.AddRow({{std::string(name), InkOfState(name)},
                   {std::string(RoleOf(machine, name)), Ink::kDim},
                   {std::string(MeaningOf(state))}});
  }
  Table edges({{"FROM"}, {"TO"}, {"TRIGGER"}, {"GUARDS"}, {"SEVERITY"}});
  for (const EdgeGroup& group : GroupedEdges(machine)) {
    edges.AddRow({{fmt::format("{}", fmt::join(group.from, ", "))},
                  {fmt::format("{}", fmt::join(group.to, ", "))},
                  {std::string(group.edge->trigger)},
                  {fmt::format("{}", fmt::join(GuardNames(*group.edge), ", "))},
                  {std::string(SeverityName(group.edge->severity))}});
  }
  const std::string_view meaning = View(machine.data().getMeaning());
  return fmt::format("{} (version {}){}{}\n\n{}\n{}", Paint(machine.name(), Ink::kBold, colour), machine.version(),
                     meaning.empty() ? "" : ": ", Printable(meaning), states.Render(width, colour),
                     edges.Render(width, colour));
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
