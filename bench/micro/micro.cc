// The smallest steps of the engine, each alone, on the events and commands of the benchmarks' pipelines. One iteration
// is one event, command, leaf or transition; the arguments are Google Benchmark's: ./dev bench micro --help
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <capnp/message.h>

#include "bench/workload.h"
#include "commands/decision.h"
#include "commands/engine.h"
#include "commands/machine_shelf.h"
#include "eventstore/event_json.h"
#include "eventstore/leaf.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/merkle.h"
#include "projections/projector.h"
#include "projections/tables.h"
#include "schemas/check.h"
#include "schemas/json_reader.h"

namespace annals::bench {
namespace {

constexpr uint64_t kCommands = 1'000;

using Message = std::unique_ptr<capnp::MallocMessageBuilder>;

std::vector<Message> NextCommands(Workload& workload, uint64_t count) {
  std::vector<Message> commands;
  for (uint64_t i = 0; i < count; ++i) {
    commands.push_back(std::make_unique<capnp::MallocMessageBuilder>());
    workload.Next(commands.back()->initRoot<schema::Command>());
  }
  return commands;
}

// An event of the log with all that it views.
struct Event {
  std::string stream;
  StreamVersion version;
  std::string packed;
  std::unique_ptr<RecordFolder> reader = std::make_unique<RecordFolder>();
  FoldedEvent folded;
};

// The log of the workload's first commands.
std::vector<std::unique_ptr<Event>> EventsOf(uint64_t commands) {
  SimulatedClock clock(Timestamp{1'700'000'000'000'000});
  SeededRandom random(1);
  const auto storage = MemoryStorage::Create(ProjectedTables());
  Engine engine(*storage, clock, random);
  Workload workload(1);
  for (const Message& command : NextCommands(workload, commands)) {
    CHECK(engine.Execute({{command->getRoot<schema::Command>().asReader()}}).ok());
  }
  const auto snapshot = storage->Read();
  CHECK(snapshot.ok());
  const auto cursor = (*snapshot)->ReadLog({});
  CHECK(cursor.ok());
  std::vector<std::unique_ptr<Event>> events;
  while (const RecordView* const record = (*cursor)->Next().value()) {
    auto event = std::make_unique<Event>();
    event->stream = record->stream;
    event->version = record->version;
    event->packed = record->event;
    RecordView own = *record;
    own.stream = event->stream;
    own.event = event->packed;
    event->folded = event->reader->Read(own).value();
    events.push_back(std::move(event));
  }
  return events;
}

// Calls `step` with one thing after the other, over and over; `again` before each round.
template <class Things, class Step, class Again>
void Repeat(benchmark::State& state, const Things& things, Step step, Again again) {
  size_t next = things.size();
  for (auto _ : state) {
    if (next == things.size()) {
      again();
      next = 0;
    }
    step(*things[next++]);
  }
  state.SetItemsProcessed(state.iterations());
}
template <class Things, class Step>
void Repeat(benchmark::State& state, const Things& things, Step step) {
  Repeat(state, things, step, [] {});
}

void EncodeEvents(benchmark::State& state) {
  std::string out;
  Repeat(state, EventsOf(kCommands), [&](const Event& event) {
    EncodeEvent(event.folded.event, out);
    benchmark::DoNotOptimize(out.data());
  });
}
BENCHMARK(EncodeEvents)->Name("encode_event");

void DecodeEvents(benchmark::State& state) {
  EventDecoder decoder;
  Repeat(state, EventsOf(kCommands), [&](const Event& event) { CHECK(decoder.Decode(event.packed).ok()); });
}
BENCHMARK(DecodeEvents)->Name("decode_event");

void Decide(benchmark::State& state) {
  // The workload's sixth command moves a workstream whose rows the first five have made.
  Rows rows;
  for (const auto& event : EventsOf(5)) CHECK(Fold(event->folded, rows).ok());
  Workload workload(1);
  const std::vector<Message> commands = NextCommands(workload, 6);
  const auto command = commands.back()->getRoot<schema::Command>().asReader();
  CHECK(command.getBody().isTransitionWorkstream());
  const std::string run_id = RunId(1, 1);
  MachineShelf machines;
  Drafts drafts;
  for (auto _ : state) {
    drafts.Clear();
    const Decision decision = DecideWorkstream({.command = command,
                                                .run_id = run_id,
                                                .new_id = "",
                                                .now = Timestamp{1'700'000'000'000'000},
                                                .rows = rows,
                                                .machines = machines,
                                                .drafts = drafts});
    CHECK(decision.ok());
    CHECK(!decision->has_value());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Decide)->Name("decide_transition");

void FoldEvents(benchmark::State& state) {
  Rows rows;
  Repeat(
      state, EventsOf(kCommands), [&](const Event& event) { CHECK(Fold(event.folded, rows).ok()); },
      [&] { rows.Clear(); });
}
BENCHMARK(FoldEvents)->Name("fold_event");

void HashLeaves(benchmark::State& state) {
  Repeat(state, EventsOf(kCommands), [&](const Event& event) {
    benchmark::DoNotOptimize(LeafHashOf(event.folded.position, event.stream, event.version, event.packed));
  });
}
BENCHMARK(HashLeaves)->Name("hash_leaf");

void AppendToTree(benchmark::State& state) {
  MerkleTree tree;
  const Hash leaf = LeafHash("leaf");
  for (auto _ : state) benchmark::DoNotOptimize(tree.Append(leaf));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(AppendToTree)->Name("append_to_tree");

void ReadJson(benchmark::State& state) {
  Workload workload(1);
  std::vector<std::unique_ptr<std::string>> lines;
  for (uint64_t i = 0; i < kCommands; ++i) lines.push_back(std::make_unique<std::string>(NextJsonLine(workload)));
  CommandReader reader;
  capnp::word memory[96] = {};  // each message leaves it zero again, as the next one wants it
  Repeat(state, lines, [&](const std::string& line) {
    capnp::MallocMessageBuilder message(kj::arrayPtr(memory, std::size(memory)));
    CHECK(reader.Read(line, message.initRoot<schema::Command>()).ok());
  });
}
BENCHMARK(ReadJson)->Name("read_json_command");

void WriteJson(benchmark::State& state) {
  Repeat(state, EventsOf(kCommands), [&](const Event& event) {
    JsonWriter out;
    CHECK(WritePayload(event.folded.event, {event.folded.json, event.folded.text}, out).ok());
    benchmark::DoNotOptimize(out.text().data());
  });
}
BENCHMARK(WriteJson)->Name("write_json_event");

}  // namespace
}  // namespace annals::bench

BENCHMARK_MAIN();
