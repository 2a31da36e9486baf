#include "cli/report.h"

#include <algorithm>

#include <absl/functional/function_ref.h>
#include <absl/strings/ascii.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/exit_code.h"
#include "cli/log_line.h"
#include "cli/printable.h"
#include "cli/utf8.h"
#include "eventstore/event_codec.h"
#include "projections/log_json.h"
#include "projections/projector.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

void WriteOptional(std::string_view key, std::string_view value, JsonWriter& out) {
  if (!value.empty()) out.Key(key).String(value);
}

void WriteTextOrNull(std::string_view key, std::string_view value, JsonWriter& out) {
  out.Key(key);
  value.empty() ? out.Null() : out.String(value);
}

void WriteRefusal(const Refusal& refusal, JsonWriter& out) {
  out.Key("refused").Bool(true).Key("machine").String(refusal.machine).Key("entity").String(refusal.entity);
  WriteTextOrNull("from", refusal.from, out);
  WriteTextOrNull("to", refusal.to, out);
  WriteOptional("trigger", refusal.trigger, out);
  out.Key("why").String(refusal.why).Key("legal").BeginArray();
  for (const std::string& state : refusal.legal) out.String(state);
  out.EndArray();
}

// "run r1", "workstream a of run r1", "attempt 7", "note": what the receipt is about.
std::string EntityOf(const Receipt& receipt) {
  if (receipt.attempt_id) return fmt::format("attempt {}", *receipt.attempt_id);
  const bool has_name = receipt.machine != "run" && receipt.machine != "workstream" && !receipt.machine.empty();
  if (has_name && receipt.run_id.empty()) return fmt::format("{} {}", receipt.machine, receipt.entity);
  if (has_name) return fmt::format("{} {} of run {}", receipt.machine, receipt.entity, receipt.run_id);
  if (!receipt.ws_id.empty()) return fmt::format("workstream {} of run {}", receipt.ws_id, receipt.run_id);
  if (!receipt.run_id.empty()) return fmt::format("run {}", receipt.run_id);
  return receipt.stream;
}

// The name of what was made or moved, under the key that commands have for it.
void WriteEntity(const Receipt& receipt, JsonWriter& out) {
  struct Name {
    std::string_view machine, key;
  };
  static constexpr Name kNames[] = {{"task", "task_id"},      {"worker", "worker_id"},     {"patch", "patch_id"},
                                    {"test_gate", "gate_id"}, {"circuit_breaker", "tool"}, {"request", "request_id"}};
  if (receipt.machine.empty() || receipt.machine == "run" || receipt.machine == "workstream") return;
  if (receipt.epoch != 0) out.Key("epoch").Int(receipt.epoch);
  for (const Name& name : kNames) {
    if (name.machine != receipt.machine) continue;
    out.Key(name.key).String(receipt.entity);
    return;
  }
  out.Key("machine").String(receipt.machine == "machine" ? receipt.entity : receipt.machine);
  if (receipt.machine != "machine") out.Key("entity_id").String(receipt.entity);
}

std::string ReceiptText(const Receipt& receipt) {
  const std::string state = receipt.state.empty() ? "recorded" : receipt.state;
  if (receipt.first_position.value == 0) return fmt::format("{}: {} (heard of)", EntityOf(receipt), state);
  const std::string claim = receipt.epoch == 0 ? "" : fmt::format(", epoch {}", receipt.epoch);
  const std::string place =
      receipt.first_position == receipt.last_position
          ? fmt::format("position {}", receipt.last_position.value)
          : fmt::format("positions {} to {}", receipt.first_position.value, receipt.last_position.value);
  return fmt::format("{}: {} ({}{}{})", EntityOf(receipt), state, place, claim, receipt.repeat ? ", done before" : "");
}

// Hands each event that would have been appended to `visit`, as a record that is not stored.
absl::Status VisitPreview(const Preview& preview,
                          absl::FunctionRef<absl::Status(const RecordView&, const FoldedEvent&)> visit) {
  RecordFolder reader;
  for (const Preview::Event& event : preview.events) {
    RecordView record;
    record.position = event.position;
    record.stream = event.stream;
    record.version = event.version;
    record.event_type = event.event_type;
    record.event = event.bytes;
    if (!event.content.empty()) record.content = KeptContent{.salt = {}, .bytes = event.content};
    ASSIGN_OR_RETURN(const FoldedEvent folded, reader.Read(record));
    record.recorded_at = Timestamp{folded.event.getRecordedAt()};
    record.ws_id = View(folded.event.getWsId());
    RETURN_IF_ERROR(visit(record, folded));
  }
  return absl::OkStatus();
}

// A message may go on in lines of its own; they are indented, so that none passes for another message.
std::string PrintableMessage(std::string_view message) {
  constexpr std::string_view kNextLine = "\n  ";
  std::string text;
  for (size_t begin = 0; begin <= message.size();) {
    const size_t end = std::min(message.find(kNextLine, begin), message.size());
    if (begin > 0) text += kNextLine;
    text += Printable(message.substr(begin, end - begin));
    begin = end + kNextLine.size();
  }
  return text;
}

}  // namespace

std::string CodeName(absl::StatusCode code) {
  std::string name = absl::StatusCodeToString(code);
  std::transform(name.begin(), name.end(), name.begin(), absl::ascii_tolower);
  return name;
}

std::string ErrorJson(const absl::Status& status) {
  JsonWriter out;
  out.BeginObject().Key("error").BeginObject();
  out.Key("code").String(CodeName(status.code())).Key("message").String(ValidUtf8(MessageOf(status)));
  out.EndObject().EndObject();
  return out.Take();
}

void PrintError(const absl::Status& status, bool json, std::ostream& err) {
  if (json) {
    err << ErrorJson(status) << '\n';
  } else {
    err << "annals: " << PrintableMessage(MessageOf(status)) << '\n';
  }
}

std::string ReceiptJson(const Receipt& receipt) {
  JsonWriter out;
  const auto position = [&](std::string_view key, Position at) {
    out.Key(key);
    at.value == 0 ? out.Null() : out.UInt(at.value);
  };
  out.BeginObject();
  position("first_position", receipt.first_position);
  position("last_position", receipt.last_position);
  out.Key("stream").String(receipt.stream);
  out.Key("version").UInt(receipt.version.value);
  WriteTextOrNull("state", receipt.state, out);
  out.Key("repeat").Bool(receipt.repeat);
  WriteOptional("run_id", receipt.run_id, out);
  WriteOptional("ws_id", receipt.ws_id, out);
  if (receipt.attempt_id) out.Key("attempt_id").Int(*receipt.attempt_id);
  WriteEntity(receipt, out);
  out.EndObject();
  return out.Take();
}

std::string RefusalJson(const Refused& refused) {
  JsonWriter out;
  out.BeginObject();
  WriteRefusal(refused.refusal, out);
  out.Key("position").UInt(refused.position.value);
  if (refused.repeat) out.Key("repeat").Bool(true);
  out.EndObject();
  return out.Take();
}

absl::StatusOr<std::string> PreviewJson(const Preview& preview) {
  JsonWriter out;
  out.BeginObject();
  if (preview.refusal) {
    WriteRefusal(*preview.refusal, out);
    out.Key("position").Null().Key("dry_run").Bool(true);
  } else {
    out.Key("dry_run").Bool(true).Key("events").BeginArray();
    RETURN_IF_ERROR(VisitPreview(preview, [&](const RecordView& record, const FoldedEvent& event) {
      return WriteLogLine(record, event, nullptr, out);
    }));
    out.EndArray();
  }
  out.EndObject();
  return out.Take();
}

absl::StatusOr<int> PrintAnswer(Context& context, const Answer& answer, std::string_view text) {
  if (const auto* const error = std::get_if<absl::Status>(&answer)) return *error;
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
    if (context.json()) {
      context.out() << ReceiptJson(*receipt) << '\n';
    } else {
      context.out() << (text.empty() ? ReceiptText(*receipt) : std::string(text)) << '\n';
    }
    return kExitDone;
  }
  if (const auto* const refused = std::get_if<Refused>(&answer)) {
    if (context.json()) {
      context.out() << RefusalJson(*refused) << '\n';
    } else {
      context.err() << "annals: " << Printable(RefusalText(refused->refusal)) << '\n';
    }
    return kExitRefused;
  }
  const Preview& preview = std::get<Preview>(answer);
  if (context.json()) {
    ASSIGN_OR_RETURN(const std::string json, PreviewJson(preview));
    context.out() << json << '\n';
  } else if (preview.refusal) {
    context.err() << "annals: dry run: " << Printable(RefusalText(*preview.refusal)) << '\n';
  } else if (preview.events.empty()) {
    context.out() << "dry run: nothing would be appended: it renews the worker's lease, which is no event\n";
  } else {
    context.out() << "dry run: this would be appended\n";
    LogColumns columns(context.width(), context.colour());
    RETURN_IF_ERROR(VisitPreview(preview, [&](const RecordView& record, const FoldedEvent& event) {
      context.out() << columns.Line(record, event) << '\n';
      return absl::OkStatus();
    }));
  }
  return preview.refusal ? kExitRefused : kExitDone;
}

}  // namespace annals
