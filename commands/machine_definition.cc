#include "commands/machine_definition.h"

#include <utility>

#include <fmt/format.h>

#include "commands/definition_check.h"
#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "eventstore/sha256.h"
#include "schemas/json_reader.h"
#include "schemas/json_writer.h"
#include "schemas/machine_definition.capnp.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kVersionDigits = 16;

// Empty text and lists stay absent: there is one form of each machine.
void SetMeaning(capnp::Text::Reader meaning, auto out) {
  if (meaning.size() > 0) out.setMeaning(meaning);
}

void CopyEdge(schema::EdgeDefinition::Reader edge, schema::Edge::Builder out) {
  out.initFrom(1).set(0, edge.getFrom());
  out.initTo(1).set(0, edge.getTo());
  out.setTrigger(edge.getTrigger());
  if (edge.getGuards().size() > 0) out.setGuards(edge.getGuards());
  out.setSeverity(edge.getSeverity());
  SetMeaning(edge.getMeaning(), out);
}

void CopyMachine(schema::MachineDefinition::Reader definition, schema::Machine::Builder out) {
  out.setName(definition.getName());
  out.setInitial(definition.getInitial());
  if (definition.getTerminals().size() > 0) out.setTerminals(definition.getTerminals());
  const auto states = definition.getStates();
  auto states_out = out.initStates(states.size());
  for (uint32_t i = 0; i < states.size(); ++i) {
    states_out[i].setName(states[i].getName());
    SetMeaning(states[i].getMeaning(), states_out[i]);
  }
  const auto edges = definition.getEdges();
  if (edges.size() > 0) {
    auto edges_out = out.initEdges(edges.size());
    for (uint32_t i = 0; i < edges.size(); ++i) CopyEdge(edges[i], edges_out[i]);
  }
  SetMeaning(definition.getMeaning(), out);
  out.setVersion(AsText(HexOf(Sha256({CanonicalBytes(out.asReader())})).substr(0, kVersionDigits)));
}

void WriteMeaning(capnp::Text::Reader meaning, JsonWriter& out) {
  if (meaning.size() > 0) out.Key("meaning").String(View(meaning));
}

void WriteEdge(schema::Edge::Reader edge, std::string_view from, std::string_view to, JsonWriter& out) {
  out.BeginObject().Key("from").String(from).Key("to").String(to).Key("trigger").String(View(edge.getTrigger()));
  out.Key("guards").BeginArray();
  for (const auto guard : edge.getGuards()) out.String(View(guard));
  out.EndArray().Key("severity").String(SeverityName(edge.getSeverity()));
  WriteMeaning(edge.getMeaning(), out);
  out.EndObject();
}

}  // namespace

MachineDefinition::MachineDefinition(std::unique_ptr<capnp::MallocMessageBuilder> message)
    : message_(std::move(message)), data_(message_->getRoot<schema::Machine>().asReader()) {}

std::string_view MachineDefinition::version() const {
  return View(data_.getVersion());
}

absl::StatusOr<MachineDefinition> ReadMachineDefinition(std::string_view json, MachineUse use) {
  if (json.size() > kMaxMachineBytes) {
    return absl::InvalidArgumentError(
        fmt::format("read the machine: it is {} bytes long; a machine has at most {}", json.size(), kMaxMachineBytes));
  }
  ObjectReader reader("machine", capnp::Schema::from<schema::MachineDefinition>());
  capnp::MallocMessageBuilder read;
  auto definition = read.initRoot<schema::MachineDefinition>();
  RETURN_IF_ERROR(reader.Read(json, definition));
  RETURN_IF_ERROR(CheckDefinition(definition, use));
  auto message = std::make_unique<capnp::MallocMessageBuilder>();
  CopyMachine(definition, message->initRoot<schema::Machine>());
  return MachineDefinition(std::move(message));
}

std::string MachineJson(schema::Machine::Reader data) {
  JsonWriter out;
  out.BeginObject().Key("name").String(View(data.getName())).Key("version").String(View(data.getVersion()));
  WriteMeaning(data.getMeaning(), out);
  out.Key("initial").String(View(data.getInitial())).Key("terminals").BeginArray();
  for (const auto terminal : data.getTerminals()) out.String(View(terminal));
  out.EndArray().Key("states").BeginArray();
  for (const auto state : data.getStates()) {
    out.BeginObject().Key("name").String(View(state.getName()));
    WriteMeaning(state.getMeaning(), out);
    out.EndObject();
  }
  out.EndArray().Key("edges").BeginArray();
  for (const auto edge : data.getEdges()) {
    for (const auto from : edge.getFrom()) {
      for (const auto to : edge.getTo()) WriteEdge(edge, View(from), View(to), out);
    }
  }
  return out.EndArray().EndObject().Take();
}

}  // namespace annals
