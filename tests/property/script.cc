#include "tests/property/script.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "projections/tables.h"
#include "tests/property/choices.h"
#include "tests/support/must.h"
#include "tests/support/session.h"

namespace annals::property {
namespace {

using support::Must;

constexpr uint64_t kRuns = 16;
constexpr uint64_t kWorkstreams = 6;  // of each run

std::string PickRun(const Model& model, Choices& choices) {
  std::vector<std::string> open;
  for (const auto& [id, run] : model.runs()) {
    if (!IsFinalRun(run.status)) open.push_back(id);
  }
  if (open.empty() || choices.OneIn(12)) return fmt::format("r{}", choices.Below(kRuns));
  if (open.size() > 3) open.resize(3);  // so that each comes far
  return choices.From(open);
}

std::string PickWorkstream(const Model& model, const std::string& run_id, Choices& choices) {
  const auto run = model.runs().find(run_id);
  if (run == model.runs().end() || run->second.workstreams.empty() || choices.OneIn(16)) {
    return fmt::format("w{}", choices.Below(kWorkstreams));
  }
  return std::next(run->second.workstreams.begin(),
                   static_cast<ptrdiff_t>(choices.Below(run->second.workstreams.size())))
      ->first;
}

// Mostly a state one edge away, and of these mostly one that leads on; sometimes any, or none at all.
template <class States, class IsEdge>
std::string PickTarget(std::string_view from, const States& states, IsEdge is_edge, Choices& choices) {
  if (choices.OneIn(80)) return "nonsense";
  std::vector<std::string_view> legal;
  std::vector<std::string_view> leading_on;
  for (const std::string_view to : states) {
    if (!is_edge(from, to)) continue;
    legal.push_back(to);
    if (to != "paused" && to != "blocked" && to != "failed" && to != "abandoned" && to != "completed") {
      leading_on.push_back(to);
    }
  }
  if (legal.empty() || choices.OneIn(8)) return choices.From(states);
  return leading_on.empty() || choices.OneIn(5) ? choices.From(legal) : choices.From(leading_on);
}

std::string_view StatusOf(const Model& model, const std::string& run_id, const std::string& ws_id) {
  const auto run = model.runs().find(run_id);
  if (run == model.runs().end()) return "pending";
  if (ws_id.empty()) return run->second.status;
  const auto ws = run->second.workstreams.find(ws_id);
  return ws == run->second.workstreams.end() ? "pending" : std::string_view(ws->second.status);
}

RequestKind PickKind(Choices& choices) {
  using enum RequestKind;
  constexpr RequestKind kKinds[] = {kCreateRun,      kMoveRun,        kCreateWorkstream, kCreateWorkstream,
                                    kMoveWorkstream, kMoveWorkstream, kMoveWorkstream,   kMoveWorkstream,
                                    kMoveWorkstream, kMoveWorkstream, kMoveWorkstream,   kStartStep,
                                    kFinishStep,     kRecordStep,     kRecordError,      kNote};
  return kKinds[choices.Below(std::size(kKinds))];
}

uint64_t PickAttempt(const Model& model, Choices& choices) {
  if (model.attempts().empty() || choices.OneIn(8)) return choices.Below(50) + 1;
  return std::next(model.attempts().begin(), static_cast<ptrdiff_t>(choices.Below(model.attempts().size())))->first;
}

// Bodies of very different sizes; the texts are such that their bytes go through escaping, packing and the cut at 1024.
std::string PickContent(Choices& choices) {
  if (choices.OneIn(40)) return fmt::format(R"({{"long":"{}"}})", std::string(900 + choices.Below(300), 'x'));
  return fmt::format(R"({{"n":{},"t":"\"|\\ä"}})", choices.Below(100));
}

// Names that look like words of the machines, or nearly so, are names like others.
constexpr std::string_view kSteps[] = {"edit", "static", "none", "staticCheck", "run", "own-step"};
constexpr std::string_view kStepStatuses[] = {"success", "failure", "skipped", "in_progress"};

bool TakesContent(RequestKind kind) {
  using enum RequestKind;
  return kind != kMoveRun && kind != kMoveWorkstream && kind != kStartStep;
}

}  // namespace

Request MakeRequest(uint64_t word, const Model& model, const std::vector<Request>& earlier) {
  using enum RequestKind;
  Choices choices(word);
  if (!earlier.empty() && choices.OneIn(12)) return earlier[choices.Below(earlier.size())];
  Request request;
  request.kind = model.runs().empty() ? kCreateRun : PickKind(choices);
  request.run = request.kind == kCreateRun ? fmt::format("r{}", choices.Below(kRuns)) : PickRun(model, choices);
  const auto run = model.runs().find(request.run);
  const bool empty = run != model.runs().end() && run->second.workstreams.empty();
  if (empty && request.kind > kCreateWorkstream && !choices.OneIn(10)) request.kind = kCreateWorkstream;
  const std::string ws = PickWorkstream(model, request.run, choices);
  request.step = choices.From(kSteps);
  request.to = choices.From(kStepStatuses);
  request.ws = ws;
  switch (request.kind) {
    case kCreateRun:
      request.ws = request.step = "";
      request.to = std::vector<std::string>{"", "pending", "running", "running", "paused"}[choices.Below(5)];
      break;
    case kMoveRun:
      request.ws = request.step = "";
      request.to = PickTarget(StatusOf(model, request.run, ""), kRunStates, IsRunEdge, choices);
      break;
    case kCreateWorkstream:
      request.ws = fmt::format("w{}", choices.Below(kWorkstreams));
      if (!empty) {
        for (uint64_t i = choices.Below(3); i > 0; --i) {
          request.needs.push_back(PickWorkstream(model, request.run, choices));
        }
      }
      request.is_critical = choices.OneIn(4);
      request.step = request.to = "";
      break;
    case kMoveWorkstream:
      request.step = "";
      request.to = PickTarget(StatusOf(model, request.run, ws), kWorkstreamStates, IsWorkstreamEdge, choices);
      if (choices.OneIn(6)) request.run = "";
      break;
    case kStartStep:
      request.to = "";
      break;
    case kFinishStep:
      request.run = request.ws = request.step = "";
      request.attempt = PickAttempt(model, choices);
      break;
    case kRecordStep:
      break;
    case kRecordError:
      request.signature = fmt::format("s{}", choices.Below(3));
      request.to = "";
      break;
    case kNote:
      request.step = request.to = "";
      if (choices.OneIn(2)) request.ws = "";
      if (choices.OneIn(4)) request.run = "";
      break;
  }
  if (TakesContent(request.kind) && choices.OneIn(2)) request.content = PickContent(choices);
  if (request.kind == kMoveRun || request.kind == kMoveWorkstream) request.overrides = choices.OneIn(12);
  request.sensitive = choices.OneIn(16);
  if (choices.OneIn(12)) {
    const uint64_t version = model.VersionOf("run/" + request.run);
    request.expected_version = choices.OneIn(3) ? choices.Below(6) : version;
  }
  if (choices.OneIn(5)) request.key = fmt::format("k{}", choices.Below(100));
  request.dry_run = choices.OneIn(16);
  return request;
}

namespace {

// What a prediction says of an answer, and no more.
std::string LineOf(const Answer& answer) {
  Prediction line;
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
    line = {.kind = Prediction::Kind::kDone,
            .first = receipt->first_position.value,
            .last = receipt->last_position.value,
            .stream = receipt->stream,
            .version = receipt->version.value,
            .state = receipt->state,
            .repeat = receipt->repeat};
  } else if (const auto* const refused = std::get_if<Refused>(&answer)) {
    line = {.kind = Prediction::Kind::kRefused,
            .first = refused->position.value,
            .stream = refused->stream,
            .repeat = refused->repeat};
  } else if (const auto* const preview = std::get_if<Preview>(&answer)) {
    line = {.kind = Prediction::Kind::kForeseen, .stream = preview->stream};
    if (!preview->events.empty()) line.first = preview->events.front().position.value;
    if (!preview->events.empty()) line.last = preview->events.back().position.value;
  } else {
    const absl::StatusCode code = std::get<absl::Status>(answer).code();
    line.kind = code == absl::StatusCode::kNotFound  ? Prediction::Kind::kNotFound
                : code == absl::StatusCode::kAborted ? Prediction::Kind::kConflict
                                                     : Prediction::Kind::kBadInput;
  }
  return line.Line();
}

}  // namespace

Played Play(const std::vector<uint64_t>& script, const Manner& manner, Storage& storage) {
  Played played;
  support::Session session(storage);
  Choices choices(manner.seed);
  std::vector<std::string> batch;
  for (const uint64_t word : script) {
    const Request request = MakeRequest(word, played.model, played.requests);
    played.requests.push_back(request);
    played.predictions.push_back(played.model.Execute(request).Line());
    batch.push_back(request.Json());
    if (manner.batches && !choices.OneIn(4) && played.requests.size() < script.size()) continue;
    for (const Answer& answer : session.ExecuteAll(batch)) played.answers.push_back(LineOf(answer));
    batch.clear();
    constexpr size_t kCaches[] = {0, 600, 2'000, 6'000, 1 << 20};
    if (manner.restarts && choices.OneIn(8)) {
      session.Restart(storage, manner.small_caches ? kCaches[choices.Below(std::size(kCaches))] : 1 << 20);
    }
  }
  return played;
}

std::vector<std::string> LinesOf(Storage& storage) {
  std::vector<std::string> lines;
  const auto snapshot = Must(storage.Read());
  const auto each = [&](const auto& type, auto line) {
    Must(snapshot->ReadRows({.table = &type.table()}, TableSet::kLive, [&](Row row) {
      lines.push_back(line(type.FromValues(row)));
      return absl::OkStatus();
    }));
  };
  each(RunsTable(), [](const RunRow& row) {
    return fmt::format("run {}: {} from '{}', {} {} {} {} {}", row.run_id, row.status, row.paused_from.value_or(""),
                       row.ws_total, row.ws_done, row.ws_failed, row.ws_terminal, row.ws_critical_failed);
  });
  each(WorkstreamsTable(), [](const WorkstreamRow& row) {
    std::string needs = row.depends_on.substr(1, row.depends_on.size() - 2);
    std::erase(needs, '"');
    std::ranges::replace(needs, ',', ' ');
    return fmt::format("workstream {}/{}: {} from '{}', needs {}, {}", row.run_id, row.ws_id, row.status,
                       row.paused_from.value_or(""), needs, row.is_critical);
  });
  each(StepAttemptsTable(), [](const StepAttemptRow& row) {
    return fmt::format("attempt {}: {}/{}/{} {} {}", row.id, row.run_id, row.ws_id, row.step_name, row.attempt,
                       row.status);
  });
  each(ErrorsTable(), [](const ErrorRow& row) {
    return fmt::format("error {}: {}/{}/{}/{} {}", row.id, row.run_id, row.ws_id, row.step_name, row.signature,
                       row.count);
  });
  std::ranges::sort(lines);
  return lines;
}

std::vector<uint64_t> SeededScript(uint64_t seed, size_t commands) {
  std::mt19937_64 engine(seed);
  std::vector<uint64_t> script(commands);
  std::ranges::generate(script, [&] { return engine(); });
  return script;
}

}  // namespace annals::property
