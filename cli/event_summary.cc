#include "cli/event_summary.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/log_line.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "eventstore/patch_statement.h"
#include "schemas/enum_names.h"
#include "schemas/step_status.h"
#include "schemas/timestamp.h"

namespace annals {
namespace {

using Body = schema::Event::Body;
using Parts = std::vector<std::string>;

constexpr size_t kDigestLetters = 12;  // of a digest, for the eye; `annals request show` has all of it

template <class List>
void AddList(std::string_view lead, const List& list, Parts& parts) {
  std::vector<std::string_view> names;
  for (const auto name : list) names.push_back(View(name));
  if (!names.empty()) parts.push_back(fmt::format("{} {}", lead, fmt::join(names, ", ")));
}

void AddName(std::string_view lead, std::string_view name, Parts& parts) {
  if (!name.empty()) parts.push_back(fmt::format("{} {}", lead, name));
}

void AddTime(std::string_view lead, int64_t micros, Parts& parts) {
  constexpr size_t kClock = std::string_view("2026-11-20T").size(), kClockBytes = std::string_view("21:16:25").size();
  if (micros != 0) AddName(lead, FormatTimestamp(Timestamp{micros}).substr(kClock, kClockBytes), parts);
}

std::string Counted(uint64_t number, std::string_view thing) {
  return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::string_view NameOf(schema::Document document) {
  static constexpr std::string_view kNames[] = {"", "request", "plan", "implementation", "review", "result"};
  const auto index = static_cast<size_t>(document);
  return index < std::size(kNames) ? kNames[index] : "text";
}

void Add(schema::TaskSpec::Reader task, Parts& parts) {
  if (task.getIsCritical()) parts.emplace_back("critical");
  AddList("needs", task.getDependsOn(), parts);
  AddList("after gate", task.getGateDependencies(), parts);
  AddList("validated by", task.getValidationGates(), parts);
}

void Add(schema::WorkerSpec::Reader worker, Parts& parts) {
  AddList("can", worker.getCapabilities(), parts);
  AddList("prefers", worker.getAffinity(), parts);
  if (worker.getMaxConcurrentTasks() > 1) {
    parts.push_back("up to " + Counted(worker.getMaxConcurrentTasks(), "task"));
  }
}

void Add(schema::PatchSpec::Reader patch, Parts& parts) {
  AddName("for task", View(patch.getTaskId()), parts);
  AddName("by", View(patch.getTool()), parts);
  const auto files = patch.getFiles();
  if (files.size() == 1) parts.emplace_back(View(files[0]));
  if (files.size() > 1) parts.push_back(Counted(files.size(), "file"));
  if (files.size() > 0) parts.push_back(fmt::format("+{} -{}", patch.getLinesAdded(), patch.getLinesRemoved()));
  AddName("not in its format:", View(patch.getFormatFault()), parts);
}

void Add(schema::TestGateSpec::Reader gate, Parts& parts) {
  parts.emplace_back(EnumName(gate.getType()));
  AddList("needs", gate.getDependsOn(), parts);
}

void Add(schema::CircuitBreakerSpec::Reader breaker, Parts& parts) {
  parts.push_back(fmt::format("opens after {}, for {} s", Counted(breaker.getFailureThreshold(), "failure"),
                              breaker.getCooldownSeconds()));
}

void Add(schema::TaskMove::Reader task, Parts& parts) {
  AddName("worker", View(task.getWorkerId()), parts);
  if (task.getEpoch() != 0) parts.push_back(fmt::format("claim {}", task.getEpoch()));
  AddTime("again at", task.getRetryAt(), parts);
}

void Add(schema::WorkerMove::Reader worker, bool is_silent, Parts& parts) {
  if (worker.getClaim() != schema::Claim::NONE) {
    parts.push_back(fmt::format("{} task {}/{}", worker.getClaim() == schema::Claim::TAKEN ? "takes" : "gives up",
                                View(worker.getRunId()), View(worker.getTaskId())));
    if (worker.getEpoch() != 0) parts.push_back(fmt::format("claim {}", worker.getEpoch()));
  }
  if (is_silent) AddTime("last heard of at", worker.getLastHeartbeat(), parts);
}

void AddVerdict(std::string_view what, std::optional<bool> passed, Parts& parts) {
  if (passed) parts.push_back(fmt::format("{} {}", what, *passed ? "passed" : "did not pass"));
}

void Add(const PatchStatement& stated, Parts& parts) {
  AddVerdict("scope", stated.scope_passed, parts);
  AddVerdict("constraints", stated.constraints_passed, parts);
  AddVerdict("tests", stated.tests_passed, parts);
}

void Add(schema::TestGateMove::Reader gate, Parts& parts) {
  if (gate.hasExitCode()) parts.push_back(fmt::format("exit {}", gate.getExitCode().getValue()));
}

void Add(schema::RequestMove::Reader request, Parts& parts) {
  if (request.hasDigest()) {
    AddName("digest", View(request.getDigest()).substr(0, kDigestLetters), parts);
    AddName("by authority", View(request.getAuthority()), parts);
  }
  std::vector<std::string_view> patches;
  for (const auto patch : request.getPatches()) patches.push_back(View(patch).substr(0, View(patch).find('=')));
  if (!patches.empty()) parts.push_back(fmt::format("patches {}", fmt::join(patches, ", ")));
  AddName("run", View(request.getRunId()), parts);
}

void Add(schema::Created::Reader created, Parts& parts) {
  if (created.hasTask()) Add(created.getTask(), parts);
  if (created.hasWorker()) Add(created.getWorker(), parts);
  if (created.hasPatch()) Add(created.getPatch(), parts);
  if (created.hasTestGate()) Add(created.getTestGate(), parts);
  if (created.hasCircuitBreaker()) Add(created.getCircuitBreaker(), parts);
  if (created.hasRequest()) Add(created.getRequest(), parts);
}

void Add(schema::Transitioned::Reader moved, Parts& parts) {
  if (moved.hasTask()) Add(moved.getTask(), parts);
  if (moved.hasWorker()) Add(moved.getWorker(), View(moved.getTo()) == "unresponsive", parts);
  if (moved.hasPatch()) Add(StatementIn(moved, View(moved.getFrom())), parts);
  if (moved.hasTestGate()) Add(moved.getTestGate(), parts);
  if (moved.hasRequest()) Add(moved.getRequest(), parts);
}

void Add(schema::Amended::Reader amended, Parts& parts) {
  if (amended.hasWorker()) Add(amended.getWorker(), /*is_silent=*/false, parts);
  if (amended.hasCircuitBreaker()) {
    parts.emplace_back(amended.getCircuitBreaker().getOutcome() == schema::Outcome::FAILURE ? "failure" : "success");
  }
  if (amended.hasRequest()) Add(amended.getRequest(), parts);
}

schema::Document DocumentOf(Body::Reader body) {
  if (body.isCreated()) return body.getCreated().getRequest().getDocument();
  if (body.isTransitioned()) return body.getTransitioned().getRequest().getDocument();
  return body.isAmended() ? body.getAmended().getRequest().getDocument() : schema::Document::NONE;
}

// Without the marks of a heading.
std::string FirstLine(std::string_view text) {
  const size_t begin = text.find_first_not_of("# \t\r\n");
  if (begin == std::string_view::npos) return "";
  const size_t end = text.find_first_of("\r\n", begin);
  const bool is_all = end == std::string_view::npos || text.find_first_not_of(" \t\r\n", end) == std::string_view::npos;
  return std::string(text.substr(begin, end == std::string_view::npos ? end : end - begin)) + (is_all ? "" : " …");
}

std::string WithText(std::string words, std::string_view text) {
  if (text.empty()) return words;
  return words.empty() ? std::string(text) : fmt::format("{}: {}", words, text);
}

enum class Style { kFull, kBrief };

std::string MoveText(const FoldedEvent& event, Style style) {
  const TransitionView moved = *TransitionOf(event);
  std::string text = moved.from.empty() ? "" : fmt::format("{} ", moved.from);
  if (!moved.to.empty()) text += fmt::format("→ {} ", moved.to);
  if (!moved.trigger.empty() && (style == Style::kFull || moved.to.empty())) {
    text += fmt::format("({}) ", moved.trigger);
  }
  if (!moved.operator_name.empty()) {
    text += fmt::format("{} {} ", moved.kind == "override" ? "override by" : "by", moved.operator_name);
  }
  if (text.ends_with(' ')) text.pop_back();
  const std::string carried = CarriedText(event.event);
  if (!carried.empty()) text += (text.empty() ? "" : ", ") + carried;
  if (moved.kind == "refused") return WithText(std::move(text), FirstLine(moved.reason));
  const std::string said = TextOf(event);
  return DocumentOf(event.event.getBody()) == schema::Document::NONE ? WithText(std::move(text), said)
                                                                     : fmt::format("{}, {}", text, said);
}

std::string SummaryIn(Style style, const FoldedEvent& event) {
  const Body::Reader body = event.event.getBody();
  switch (body.which()) {
    case Body::UNKNOWN:
      return "of a kind this annals does not know";
    case Body::TRANSITIONED:
    case Body::COMMAND_REFUSED:
      return MoveText(event, style);
    case Body::STEP_STARTED:
      return std::string(View(body.getStepStarted().getStepName()));
    case Body::STEP_COMPLETED: {
      const auto step = body.getStepCompleted();
      std::string text = fmt::format("{} {}", View(step.getStepName()), StepStatusName(step.getStatus()));
      if (step.hasExitCode()) text += fmt::format(" (exit {})", step.getExitCode().getValue());
      return text;
    }
    case Body::ERROR_RECORDED: {
      const auto error = body.getErrorRecorded();
      return fmt::format("{} {}: {}", View(error.getStepName()), View(error.getErrorCode()), FirstLine(event.text));
    }
    case Body::CONTENT_REDACTED:
      return fmt::format("the content of position {}: {}", body.getContentRedacted().getPosition(), TextOf(event));
    case Body::RUN_CREATED:
    case Body::WORKSTREAM_CREATED:
    case Body::NOTED:
    case Body::CREATED:
    case Body::AMENDED:
    case Body::CHECKPOINT_SAVED:
    case Body::MACHINE_DEFINED:
      break;
  }
  const std::string words = WithText(CarriedText(event.event), TextOf(event));
  return words.empty() || event.json.empty() ? words + std::string(event.json)
                                             : fmt::format("{} {}", words, event.json);
}

// What says the kind of event where its type is not shown. Empty of moves, which say it themselves.
std::string_view LeadOf(schema::Event::Reader event) {
  const Body::Reader body = event.getBody();
  switch (body.which()) {
    case Body::RUN_CREATED:
    case Body::WORKSTREAM_CREATED:
    case Body::CREATED:
      return "created";
    case Body::AMENDED:
      if (body.getAmended().hasWorker()) return "";
      return body.getAmended().hasCircuitBreaker() ? "used:" : "amended";
    case Body::COMMAND_REFUSED:
      return "refused";
    case Body::STEP_STARTED:
      return "step begins:";
    case Body::STEP_COMPLETED:
      return "step";
    case Body::ERROR_RECORDED:
      return "error";
    case Body::CHECKPOINT_SAVED:
      return "checkpoint";
    case Body::MACHINE_DEFINED:
      return "defined";
    case Body::CONTENT_REDACTED:
      return "redacted";
    case Body::NOTED:
      return View(body.getNoted().getEventType());
    case Body::TRANSITIONED:
    case Body::UNKNOWN:
      break;
  }
  return "";
}

}  // namespace

std::string CarriedText(schema::Event::Reader event) {
  const Body::Reader body = event.getBody();
  Parts parts;
  if (body.isWorkstreamCreated()) {
    if (body.getWorkstreamCreated().getIsCritical()) parts.emplace_back("critical");
    AddList("needs", body.getWorkstreamCreated().getDependsOn(), parts);
  }
  if (body.isCreated()) {
    AddName("in", View(event.getWsId()), parts);
    Add(body.getCreated(), parts);
  }
  if (body.isTransitioned()) Add(body.getTransitioned(), parts);
  if (body.isAmended()) Add(body.getAmended(), parts);
  if (body.isCheckpointSaved()) parts.emplace_back(View(body.getCheckpointSaved().getName()));
  if (body.isMachineDefined()) AddName("version", View(body.getMachineDefined().getVersion()), parts);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string_view ReasonOf(const FoldedEvent& event) {
  const Body::Reader body = event.event.getBody();
  const bool is_diff = body.isCreated() && body.getCreated().hasPatch();
  return is_diff || DocumentOf(body) != schema::Document::NONE ? std::string_view() : event.text;
}

std::string TextOf(const FoldedEvent& event) {
  const schema::Document document = DocumentOf(event.event.getBody());
  if (document == schema::Document::NONE) return FirstLine(ReasonOf(event));
  const std::string line = FirstLine(event.text);
  return document == schema::Document::REQUEST ? line : fmt::format("{}: {}", NameOf(document), line);
}

std::string SummaryOf(const FoldedEvent& event) {
  return SummaryIn(Style::kFull, event);
}

std::string BriefSummaryOf(const FoldedEvent& event) {
  const std::string_view lead = LeadOf(event.event);
  std::string summary = SummaryIn(Style::kBrief, event);
  if (lead.empty()) return summary;
  return summary.empty() ? std::string(lead) : fmt::format("{} {}", lead, summary);
}

}  // namespace annals
