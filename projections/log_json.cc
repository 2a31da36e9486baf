#include "projections/log_json.h"

#include <algorithm>

#include "eventstore/event_json.h"
#include "schemas/status.h"

namespace annals {
namespace {

void WriteTextOrNull(std::string_view key, std::string_view text, JsonWriter& out) {
  out.Key(key);
  text.empty() ? out.Null() : out.String(text);
}

void WriteHex(std::string_view key, capnp::Data::Reader bytes, JsonWriter& out) {
  out.Key(key).String(HexOf({reinterpret_cast<const char*>(bytes.begin()), bytes.size()}));
}

// The leaf hash, beginning with what is kept of it: where the event was altered the line shows it, and is refused when
// it is imported.
Hash ShownLeaf(const RecordView& record) {
  Hash leaf = LeafHashOf(record);
  std::copy_n(record.kept_leaf.begin(), std::min(record.kept_leaf.size(), leaf.size()), leaf.begin());
  return leaf;
}

void WriteFull(const RecordView& record, const FoldedEvent& event, const FullDetail& full, JsonWriter& out) {
  const schema::Event::Reader data = event.event;
  out.Key("occurred_at");
  data.getOccurredAt() == 0 ? out.Null() : out.String(FormatTimestamp(Timestamp{data.getOccurredAt()}));
  if (data.hasCommandDigest()) {
    WriteHex("command_digest", data.getCommandDigest(), out);
    WriteTextOrNull("command_salt", full.command_salt_hex, out);
  }
  const auto content = data.getContent();
  if (content.isKept()) {
    WriteHex("content_digest", content.getKept().getDigest(), out);
    out.Key("content_size").UInt(content.getKept().getSize());
    out.Key("content_salt");
    const bool is_there = record.content && !record.content->IsRedacted();
    is_there ? out.String(HexOf(BytesOf(record.content->salt))) : out.Null();
  }
  out.Key("leaf_hash").String(HexOf(ShownLeaf(record)));
}

}  // namespace

absl::Status WriteLogLine(const RecordView& record, const FoldedEvent& event, const FullDetail* full, JsonWriter& out) {
  const schema::Event::Reader data = event.event;
  out.BeginObject().Key("position").UInt(record.position.value).Key("stream").String(record.stream);
  out.Key("version").UInt(record.version.value).Key("recorded_at").String(FormatTimestamp(record.recorded_at));
  out.Key("event_type").String(record.event_type);
  WriteTextOrNull("run_id", event.run_id, out);
  WriteTextOrNull("ws_id", record.ws_id, out);
  WriteTextOrNull("actor", View(data.getActor()), out);
  WriteTextOrNull("command_id", View(data.getCommandId()), out);
  out.Key("causation");
  data.getCausation() == 0 ? out.Null() : out.UInt(data.getCausation());
  if (data.getBody().isNoted()) out.Key("note").Bool(true);
  out.Key("payload");
  RETURN_IF_ERROR(WritePayload(data, {.json = event.json, .text = event.text}, out));
  if (full != nullptr) WriteFull(record, event, *full, out);
  out.EndObject();
  return absl::OkStatus();
}

absl::StatusOr<FullDetail> ReadFullDetail(Snapshot& snapshot, const FoldedEvent& event) {
  FullDetail full;  // the salt of a command's digest stands beside its key
  if (!event.event.hasCommandDigest()) return full;
  const RowQuery query{.table = &CommandIdsTable(), .equals = {{0, View(event.event.getCommandId())}}};
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    if (const auto* const salt = std::get_if<std::string_view>(&row[2])) full.command_salt_hex = *salt;
    return absl::OkStatus();
  }));
  return full;
}

}  // namespace annals
