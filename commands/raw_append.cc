#include "commands/raw_append.h"

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kCacheBytes = size_t{24} << 20;

}  // namespace

RawAppender::~RawAppender() {
  Drop();
}

absl::Status RawAppender::Begin() {
  if (transaction_ != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction, storage_.Begin());
  const Head& head = transaction->head();
  if (began_ && (head.position != known_position_ || head.generation != known_generation_)) {
    return absl::AbortedError(
        fmt::format("others wrote meanwhile: the log went from position {} to {}; try again, it goes on from there",
                    known_position_.value, head.position.value));
  }
  if (!began_) {
    ASSIGN_OR_RETURN(rows_.keeps_state_transitions, transaction->HasTable(StateTransitionsTable().table()));
  }
  transaction_ = std::move(transaction);
  rows_.Attach(transaction_.get(), TableSet::kLive);
  return absl::OkStatus();
}

absl::StatusOr<FoldedEvent> RawAppender::Read(std::string_view stream, StreamVersion version, const NewEvent& event) {
  const RecordView record{.position = {transaction_->head().position.value + 1},
                          .stream = stream,
                          .version = version,
                          .event_type = event.event_type,
                          .ws_id = event.ws_id,
                          .recorded_at = event.recorded_at,
                          .event = event.event,
                          .kept_leaf = {},
                          .content = event.content};
  return folder_.Read(record);
}

absl::Status RawAppender::Append(std::string_view stream, StreamVersion version, const NewEvent& event,
                                 const FoldedEvent& folded) {
  RETURN_IF_ERROR(transaction_->Append(stream, {version.value - 1}, {&event, 1}).status());
  return Fold(folded, rows_);
}

absl::Status RawAppender::KeepCommandId(std::string_view command_id, Position first, std::string_view salt) {
  const std::string salt_hex = HexOf(salt);
  const Value row[] = {command_id, static_cast<int64_t>(first.value), std::string_view(salt_hex)};
  return transaction_->PutNewRows(CommandIdsTable(), TableSet::kLive, row);
}

absl::StatusOr<bool> RawAppender::HasCommandId(std::string_view command_id) {
  bool has = false;
  RETURN_IF_ERROR(
      transaction_->ReadRows({.table = &CommandIdsTable(), .equals = {{0, command_id}}}, TableSet::kLive, [&](Row) {
        has = true;
        return absl::OkStatus();
      }));
  return has;
}

absl::Status RawAppender::Spill() {
  if (transaction_ == nullptr) return absl::OkStatus();
  return rows_.Flush(*transaction_, TableSet::kLive, kCacheBytes);
}

absl::Status RawAppender::Commit() {
  if (transaction_ == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(Spill());
  known_position_ = transaction_->head().position;
  known_generation_ = transaction_->head().generation;
  RETURN_IF_ERROR(transaction_->Commit());
  began_ = true;
  rows_.Attach(nullptr, TableSet::kLive);
  transaction_.reset();
  return absl::OkStatus();
}

void RawAppender::Drop() {
  if (transaction_ == nullptr) return;
  rows_.Attach(nullptr, TableSet::kLive);
  rows_.Clear();
  transaction_.reset();
}

}  // namespace annals
