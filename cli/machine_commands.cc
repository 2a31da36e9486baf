// annals machine: the law, to be read and asked.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/given_machine.h"
#include "cli/graphviz.h"
#include "cli/machine_text.h"
#include "cli/table.h"
#include "commands/guards.h"
#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "projections/entity_tables.h"
#include "projections/rows.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr const char* kNameMeaning = "the machine: its name, or a file that defines one (with a / or ending in .json)";

void ListOne(Context& context, const Machine& machine, std::string_view meaning, bool is_newest, Table& table) {
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("name").String(machine.name()).Key("version").String(machine.version());
    out.Key("states").UInt(machine.states().size()).Key("edges").UInt(machine.edges().size());
    out.Key("newest").Bool(is_newest);
    context.out() << out.Key("meaning").String(meaning).EndObject().text() << '\n';
  }
  table.AddRow({{std::string(machine.name())},
                {std::string(machine.version())},
                {is_newest ? "yes" : ""},
                {fmt::format("{}", machine.states().size())},
                {fmt::format("{}", machine.edges().size())},
                {std::string(meaning)}});
}

// Those in the log, every version; without a database there are none.
absl::Status ListUsers(Context& context, Table& table) {
  const absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = context.Read();
  if (absl::IsNotFound(snapshot.status())) return absl::OkStatus();
  RETURN_IF_ERROR(snapshot.status());
  Rows rows;
  rows.Attach(snapshot->get(), TableSet::kLive);
  return (*snapshot)->ReadRows(
      {.table = &MachinesTable().table(), .order = {0, 3}}, TableSet::kLive, [&](Row values) -> absl::Status {
        const MachineRow row = MachinesTable().FromValues(values);
        ASSIGN_OR_RETURN(const MachineDefinition definition, ReadMachineDefinition(row.definition_json));
        ASSIGN_OR_RETURN(const Machine machine, Machine::FromData(definition.data()));
        const std::string_view meaning = View(definition.data().getMeaning());
        ASSIGN_OR_RETURN(const std::optional<std::string> newest, rows.NewestMachineVersion(row.name));
        ListOne(context, machine, meaning.empty() ? "defined by a user" : meaning, newest == row.version, table);
        return absl::OkStatus();
      });
}

absl::StatusOr<int> List(Context& context) {
  Table table({{"MACHINE"}, {"VERSION"}, {"NEWEST"}, {"STATES", Align::kRight}, {"EDGES", Align::kRight}, {"MEANING"}});
  for (const Machine* const machine : BuiltInMachines()) {
    ListOne(context, *machine, View(machine->data().getMeaning()), /*is_newest=*/true, table);
  }
  RETURN_IF_ERROR(ListUsers(context, table));
  if (!context.json()) context.out() << table.Render(context.width(), context.colour());
  return kExitDone;
}

struct ShowArguments {
  std::string name;
  std::optional<std::string> version;
  std::optional<std::string> format;
};

absl::StatusOr<int> Show(Context& context, const ShowArguments& arguments) {
  ASSIGN_OR_RETURN(const GivenMachine given, GivenMachine::Read(context, arguments.name, arguments.version));
  const Machine* const machine = &given.machine();
  const std::string format = arguments.format.value_or(context.json() ? "json" : "table");
  if (format == "json") {
    context.out() << MachineJson(machine->data()) << '\n';
  } else if (format == "mermaid") {
    context.out() << MermaidOf(*machine);
  } else if (format == "dot") {
    context.out() << DotOf(*machine);
  } else if (format == "svg") {
    ASSIGN_OR_RETURN(const std::string drawing, DrawSvg(DotOf(*machine)));
    context.out() << drawing;
  } else {
    context.out() << MachineTables(*machine, context.width(), context.colour());
  }
  return kExitDone;
}

struct CheckArguments {
  std::string name, from, to;
};

absl::StatusOr<int> Check(Context& context, const CheckArguments& arguments) {
  ASSIGN_OR_RETURN(const GivenMachine given, GivenMachine::Read(context, arguments.name));
  const Machine* const machine = &given.machine();
  const absl::Status valid = ValidateTransition(*machine, arguments.from, arguments.to);
  if (!valid.ok() && (valid.code() != absl::StatusCode::kFailedPrecondition || !context.json())) return valid;
  std::vector<const Edge*> edges;
  for (const Edge& edge : machine->EdgesFrom(arguments.from)) {
    if (edge.to == arguments.to) edges.push_back(&edge);
  }
  if (!context.json()) {
    for (const Edge* const edge : edges) {
      std::vector<std::string_view> guards;
      for (const auto* const guard : edge->guards) guards.push_back(guard->name);
      context.out() << fmt::format("{}: {} to {} is legal by {}{}\n", machine->name(), arguments.from, arguments.to,
                                   edge->trigger,
                                   guards.empty() ? "" : fmt::format(", if {}", fmt::join(guards, ", ")));
    }
    return kExitDone;
  }
  JsonWriter out;
  out.BeginObject()
      .Key("machine")
      .String(machine->name())
      .Key("from")
      .String(arguments.from)
      .Key("to")
      .String(arguments.to);
  out.Key("allowed").Bool(valid.ok()).Key("triggers").BeginArray();
  for (const Edge* const edge : edges) out.String(edge->trigger);
  out.EndArray().Key("legal").BeginArray();
  for (const std::string& state : machine->LegalFrom(arguments.from)) out.String(state);
  context.out() << out.EndArray().EndObject().text() << '\n';
  return valid.ok() ? kExitDone : kExitRefused;
}

}  // namespace

Command MachineCommands() {
  const auto show = std::make_shared<ShowArguments>();
  const auto check = std::make_shared<CheckArguments>();
  return {
      .name = "machine",
      .summary = "The state machines: what may follow what",
      .details = "",
      .example = "annals machine show workstream --format mermaid",
      .arguments = {},
      .run = nullptr,
      .commands = {
          {.name = "list",
           .summary = "The machines",
           .details = "",
           .example = "annals machine list",
           .arguments = {},
           .run = List,
           .reads_as_of = true},
          {.name = "show",
           .summary = "The states and edges of one machine",
           .details = "A file is checked as it is read, so this also says what is wrong with it. json is what a file "
                      "may hold. svg is drawn by Graphviz, where that is installed.",
           .example = "annals machine show run\nannals machine show ./review.json\n"
                      "annals machine show workstream --format svg > workstream.svg",
           .arguments = {FileNamed(Place("NAME|FILE", &show->name, kNameMeaning)),
                         Option("--version", "VERSION", &show->version, "of a machine of yours (default: the newest)"),
                         OneOf({"table", "mermaid", "dot", "svg", "json"},
                               Option("--format", "FORMAT", &show->format, "how to print it (default: table)"))},
           .run = [show](Context& context) { return Show(context, *show); },
           .reads_as_of = true},
          {.name = "check",
           .summary = "Whether the law has an edge between two states",
           .details =
               "Exit code 0: it has. 3: it has not. 2: there is no such machine or state. Guards are not judged.",
           .example = "annals machine check run pending running\nannals machine check ./review.json draft done",
           .arguments = {FileNamed(Place("NAME|FILE", &check->name, kNameMeaning)),
                         Place("FROM", &check->from, "the state before"), Place("TO", &check->to, "the state after")},
           .run = [check](Context& context) { return Check(context, *check); },
           .reads_as_of = true},
          DefineMachineCommand(),
      }};
}

}  // namespace annals
