#include "tests/property/model.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace annals::property {
namespace {

using Kind = Prediction::Kind;

bool Contains(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// What works on a workstream and can be paused.
bool IsActive(std::string_view status) {
  return Contains({"ready", "editing", "static_check", "fixing", "runtime_check"}, status);
}

}  // namespace

bool IsFinalRun(std::string_view status) {
  return Contains({"completed", "failed", "partial", "abandoned"}, status);
}

bool IsFinalWorkstream(std::string_view status) {
  return Contains({"done", "failed", "abandoned"}, status);
}

bool IsRunEdge(std::string_view from, std::string_view to) {
  if (IsFinalRun(from) || from == to) return false;
  if (to == "failed" || to == "abandoned") return true;
  if (to == "running") return true;
  return from == "running" && to != "pending";
}

bool IsWorkstreamEdge(std::string_view from, std::string_view to) {
  if (IsFinalWorkstream(from) || from == to) return false;
  if (to == "failed" || to == "abandoned") return true;
  if (to == "paused") return IsActive(from);
  if (from == "paused") return IsActive(to);
  static const std::set<std::pair<std::string_view, std::string_view>> kWay = {{"pending", "ready"},
                                                                               {"ready", "editing"},
                                                                               {"editing", "static_check"},
                                                                               {"static_check", "fixing"},
                                                                               {"static_check", "runtime_check"},
                                                                               {"fixing", "static_check"},
                                                                               {"fixing", "runtime_check"},
                                                                               {"runtime_check", "fixing"},
                                                                               {"runtime_check", "done"},
                                                                               {"pending", "blocked"},
                                                                               {"ready", "blocked"},
                                                                               {"blocked", "pending"}};
  return kWay.contains({from, to});
}

std::string Prediction::Line() const {
  switch (kind) {
    case Kind::kDone:
      return fmt::format("done at {} to {} of {}, version {}, '{}'{}", first, last, stream, version, state,
                         repeat ? ", a repeat" : "");
    case Kind::kRefused:
      return fmt::format("refused at {} of {}{}", first, stream, repeat ? ", a repeat" : "");
    case Kind::kForeseen:
      return fmt::format("would take {} to {} of {}", first, last, stream);
    case Kind::kNotFound:
      return "not found";
    case Kind::kBadInput:
      return "bad input";
    case Kind::kConflict:
      return "conflict";
  }
  return "";
}

int64_t ModelRun::Count(std::initializer_list<std::string_view> states, bool critical_only) const {
  return std::ranges::count_if(workstreams, [&](const auto& item) {
    return Contains(states, item.second.status) && (item.second.is_critical || !critical_only);
  });
}

uint64_t Model::VersionOf(const std::string& stream) const {
  const auto at = versions_.find(stream);
  return at == versions_.end() ? 0 : at->second;
}

Prediction Model::Execute(const Request& request) {
  if (const auto used = keys_.find(request.key); !request.key.empty() && used != keys_.end()) {
    if (used->second.first != request.Text()) return {.kind = Kind::kConflict};
    Prediction first = used->second.second;
    first.repeat = true;
    return first;
  }
  std::string run_id = request.run;
  if (const Kind found = FindRun(request, run_id); found != Kind::kDone) return {.kind = found};
  std::string stream = request.kind == RequestKind::kNote && request.run.empty() ? "note" : "run/" + run_id;
  if (request.expected_version && *request.expected_version != VersionOf(stream)) return {.kind = Kind::kConflict};

  const Model before = request.dry_run ? *this : Model();
  const Outcome outcome = Judge(request, run_id);
  if (outcome.kind != Kind::kDone && outcome.kind != Kind::kRefused) return {.kind = outcome.kind};
  if (outcome.kind == Kind::kRefused) stream = "refused/" + stream;
  Prediction prediction{.kind = outcome.kind,
                        .first = end_ + 1,
                        .last = end_ + outcome.events,
                        .stream = stream,
                        .version = VersionOf(stream) + outcome.events,
                        .state = outcome.state};
  if (request.dry_run) {
    *this = before;
    prediction.kind = Kind::kForeseen;
    if (outcome.kind == Kind::kRefused) prediction.first = prediction.last = 0;
    return prediction;
  }
  end_ = prediction.last;
  versions_[stream] = prediction.version;
  if (!request.key.empty()) keys_[request.key] = {request.Text(), prediction};
  return prediction;
}

Prediction::Kind Model::FindRun(const Request& request, std::string& run_id) const {
  if (request.kind == RequestKind::kFinishStep) {
    const auto attempt = attempts_.find(request.attempt);
    run_id = attempt == attempts_.end() ? "" : attempt->second.run;
  }
  if (request.kind != RequestKind::kMoveWorkstream || !request.run.empty()) return Kind::kDone;
  size_t holding = 0;
  size_t open = 0;
  for (const auto& [id, run] : runs_) {
    if (!run.workstreams.contains(request.ws)) continue;
    ++holding;
    if (IsFinalRun(run.status)) continue;
    ++open;
    run_id = id;
  }
  if (holding == 0) return Kind::kNotFound;
  return open == 1 ? Kind::kDone : Kind::kBadInput;
}

Model::Outcome Model::Judge(const Request& request, const std::string& run_id) {
  if (request.kind == RequestKind::kCreateRun) return CreateRun(request, run_id);
  if (request.kind == RequestKind::kFinishStep) return Finish(request);
  if (request.kind == RequestKind::kNote && request.run.empty()) {
    return {.kind = request.ws.empty() ? Kind::kDone : Kind::kBadInput};
  }
  // What makes no sense whatever the state.
  if (request.kind == RequestKind::kRecordStep && request.to == "in_progress" && !request.content.empty()) {
    return {.kind = Kind::kBadInput};
  }
  const auto found = runs_.find(run_id);
  if (found == runs_.end()) return {.kind = Kind::kNotFound};
  ModelRun& run = found->second;
  if (request.kind == RequestKind::kMoveRun) return MoveRun(request, run);
  if (request.kind == RequestKind::kCreateWorkstream) return CreateWorkstream(request, run);
  if (!request.ws.empty() && !run.workstreams.contains(request.ws)) return {.kind = Kind::kNotFound};
  if (request.kind == RequestKind::kMoveWorkstream) return MoveWorkstream(request, run);
  if (request.kind == RequestKind::kNote) return {};
  if (request.kind == RequestKind::kRecordError) {
    auto& [id, count] = errors_[{run_id, request.ws, request.step, request.signature}];
    if (count++ == 0) id = end_ + 1;
    return {};
  }
  return Step(request, run_id, run);
}

Model::Outcome Model::CreateRun(const Request& request, const std::string& run_id) {
  if (!request.to.empty() && request.to != "pending" && request.to != "running") return {.kind = Kind::kBadInput};
  if (runs_.contains(run_id)) return {.kind = Kind::kRefused};
  runs_[run_id].status = request.to.empty() ? "pending" : request.to;
  return {.events = request.to == "running" ? 2u : 1u, .state = runs_[run_id].status};
}

Model::Outcome Model::MoveRun(const Request& request, ModelRun& run) {
  if (std::ranges::find(kRunStates, request.to) == std::end(kRunStates)) return {.kind = Kind::kBadInput};
  if (IsFinalRun(run.status) || run.status == request.to) return {.kind = Kind::kRefused};
  if (!request.overrides) {
    const auto total = static_cast<int64_t>(run.workstreams.size());
    const int64_t done = run.Count({"done"});
    if (!IsRunEdge(run.status, request.to)) return {.kind = Kind::kRefused};
    if (request.to == "completed" && done < total) return {.kind = Kind::kRefused};
    if (request.to == "partial" && (run.Count({"done", "failed", "abandoned"}) < total || done == 0 || done == total ||
                                    run.Count({"failed"}, /*critical_only=*/true) > 0)) {
      return {.kind = Kind::kRefused};
    }
  }
  run.paused_from = request.to == "paused" ? run.status : "";
  run.status = request.to;
  return {.state = run.status};
}

Model::Outcome Model::CreateWorkstream(const Request& request, ModelRun& run) {
  std::set<std::string> needs(request.needs.begin(), request.needs.end());
  if (needs.contains(request.ws) || needs.size() < request.needs.size()) return {.kind = Kind::kBadInput};
  if (IsFinalRun(run.status) || run.workstreams.contains(request.ws)) return {.kind = Kind::kRefused};
  for (const std::string& need : needs) {
    if (!run.workstreams.contains(need)) return {.kind = Kind::kNotFound};
  }
  run.workstreams[request.ws] = {.needs = request.needs, .is_critical = request.is_critical};
  return {.state = "pending"};
}

Model::Outcome Model::MoveWorkstream(const Request& request, ModelRun& run) {
  if (std::ranges::find(kWorkstreamStates, request.to) == std::end(kWorkstreamStates)) return {.kind = Kind::kBadInput};
  ModelWorkstream& ws = run.workstreams[request.ws];
  const std::string& from = ws.status;
  if (IsFinalRun(run.status) || IsFinalWorkstream(from) || from == request.to) return {.kind = Kind::kRefused};
  if (!request.overrides) {
    if (!IsWorkstreamEdge(from, request.to)) return {.kind = Kind::kRefused};
    const bool begins = from == "ready" && request.to == "editing";
    const bool resumes = from == "paused" && !IsFinalWorkstream(request.to);
    if ((begins || resumes) && run.status != "running") return {.kind = Kind::kRefused};
    if (resumes && request.to != ws.paused_from) return {.kind = Kind::kRefused};
    const auto is_done = [&](const std::string& need) { return run.workstreams[need].status == "done"; };
    if (from == "pending" && request.to == "ready" && !std::ranges::all_of(ws.needs, is_done)) {
      return {.kind = Kind::kRefused};
    }
  }
  ws.paused_from = request.to == "paused" ? from : "";
  ws.status = request.to;
  Outcome outcome{.state = ws.status};
  if (request.to != "failed" && request.to != "abandoned") return outcome;
  for (auto& [name, dependent] : run.workstreams) {
    if (std::ranges::find(dependent.needs, request.ws) == dependent.needs.end()) continue;
    if (dependent.status != "pending" && dependent.status != "ready") continue;
    dependent.status = "blocked";
    ++outcome.events;
  }
  return outcome;
}

uint64_t Model::AttemptsAt(const std::string& run, const std::string& ws, const std::string& step) const {
  return static_cast<uint64_t>(std::ranges::count_if(attempts_, [&](const auto& item) {
    return item.second.run == run && item.second.ws == ws && item.second.step == step;
  }));
}

Model::Outcome Model::Step(const Request& request, const std::string& run_id, ModelRun& run) {
  const bool starts = request.kind == RequestKind::kStartStep || request.to == "in_progress";
  if (IsFinalRun(run.status) || IsFinalWorkstream(run.workstreams[request.ws].status)) return {.kind = Kind::kRefused};
  const auto number = static_cast<int64_t>(AttemptsAt(run_id, request.ws, request.step) + 1);
  attempts_[end_ + 1] = {run_id, request.ws, request.step, number, starts ? "in_progress" : request.to};
  return {.state = attempts_[end_ + 1].status};
}

Model::Outcome Model::Finish(const Request& request) {
  if (request.to == "in_progress") return {.kind = Kind::kBadInput};
  const auto attempt = attempts_.find(request.attempt);
  if (attempt == attempts_.end()) return {.kind = Kind::kNotFound};
  if (attempt->second.status != "in_progress") return {.kind = Kind::kRefused};
  attempt->second.status = request.to;
  return {.state = request.to};
}

std::vector<std::string> Model::Lines() const {
  std::vector<std::string> lines;
  for (const auto& [run_id, run] : runs_) {
    lines.push_back(fmt::format("run {}: {} from '{}', {} {} {} {} {}", run_id, run.status, run.paused_from,
                                run.workstreams.size(), run.Count({"done"}), run.Count({"failed"}),
                                run.Count({"done", "failed", "abandoned"}), run.Count({"failed"}, true)));
    for (const auto& [ws_id, ws] : run.workstreams) {
      lines.push_back(fmt::format("workstream {}/{}: {} from '{}', needs {}, {}", run_id, ws_id, ws.status,
                                  ws.paused_from, fmt::join(ws.needs, " "), ws.is_critical));
    }
  }
  for (const auto& [id, attempt] : attempts_) {
    lines.push_back(fmt::format("attempt {}: {}/{}/{} {} {}", id, attempt.run, attempt.ws, attempt.step, attempt.number,
                                attempt.status));
  }
  for (const auto& [key, error] : errors_) {
    lines.push_back(fmt::format("error {}: {} {}", error.first, fmt::join(key, "/"), error.second));
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace annals::property
