#include "commands/log_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "eventstore/event_type.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What the reader has found to be so many bytes; nothing where there are none.
template <class Array>
std::optional<Array> ArrayOf(bool is_there, capnp::Data::Reader data) {
  if (!is_there) return std::nullopt;
  Array array;
  std::copy(data.begin(), data.end(), array.begin());
  return array;
}

absl::Status Misfit(std::string_view pointer, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("read the event: {}: {}", pointer, what));
}

// The parts of a line that repeat others.
absl::Status CheckParts(schema::LogLine::Reader line, std::string_view event_type) {
  if (View(line.getEventType()) != event_type) {
    return Misfit("/event_type", fmt::format("it is {}, but the payload is that of {}",
                                             Quoted(View(line.getEventType())), Quoted(event_type)));
  }
  const std::string_view run_id = RunOfStream(View(line.getStream())).value_or(std::string_view{});
  if (run_id != View(line.getRunId())) {
    return Misfit("/run_id", fmt::format("it is {}, but the stream is {}", Quoted(View(line.getRunId())),
                                         Quoted(View(line.getStream()))));
  }
  if (line.getPosition() == 0 || line.getPosition() > INT64_MAX) return Misfit("/position", "positions count from 1");
  if (line.getVersion() == 0 || line.getVersion() > INT64_MAX) return Misfit("/version", "versions count from 1");
  if (line.hasContentSalt() && !line.hasContentDigest()) {
    return Misfit("/content_salt", "there is no content_digest that it would be for");
  }
  if (line.hasCommandSalt() && !line.getParts().getEvent().hasCommandDigest()) {
    return Misfit("/command_salt", "there is no command_digest that it would be for");
  }
  if (line.getParts().getEvent().hasCommandDigest() && !line.getParts().getEvent().hasCommandId()) {
    return Misfit("/command_digest", "there is no command_id that it would be of");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LogLine> LogLineDecoder::Read(std::string_view json) {
  message_ = std::make_unique<capnp::MallocMessageBuilder>();
  auto built = message_->initRoot<schema::LogLine>();
  RETURN_IF_ERROR(reader_.Read(json, built));
  const schema::LogLine::Reader read = built.asReader();
  RETURN_IF_ERROR(CheckParts(read, EventTypeOf(read.getParts().getEvent(), event_type_)));
  const auto content = read.getParts().getContent();
  LogLine line{.position = {read.getPosition()},
               .stream = View(read.getStream()),
               .version = {read.getVersion()},
               .event_type = View(read.getEventType()),
               .event = built.getParts().getEvent(),
               .json = View(content.getJson()),
               .text = View(content.getText()),
               .leaf_hash = ArrayOf<Hash>(read.hasLeafHash(), read.getLeafHash()),
               .content_digest = ArrayOf<Hash>(read.hasContentDigest(), read.getContentDigest()),
               .content_size = read.getContentSize(),
               .content_salt = ArrayOf<Salt>(read.hasContentSalt(), read.getContentSalt()),
               .command_salt = ArrayOf<Salt>(read.hasCommandSalt(), read.getCommandSalt())};
  // A note without a payload shows an empty one, which stands in no digest.
  const bool is_empty_note = line.event.getBody().isNoted() && !line.content_digest && line.json == "{}";
  if (line.IsRedacted() || is_empty_note) line.json = line.text = {};
  return line;
}

absl::Status LogLineDecoder::CheckLeaf(const LogLine& line, const NewEvent& event) {
  if (LeafHashOf(line.position, line.stream, line.version, event.event) == line.leaf_hash) return absl::OkStatus();
  return absl::DataLossError(fmt::format(
      "position {}: what it holds does not give its leaf_hash: it was altered, or written by a newer annals",
      line.position.value));
}

absl::StatusOr<NewEvent> LogLineDecoder::Seal(LogLine& line) {
  NewEvent sealed{.event = {},
                  .event_type = line.event_type,
                  .ws_id = View(line.event.asReader().getWsId()),
                  .recorded_at = {line.event.getRecordedAt()},
                  .content = {}};
  const auto content = message_->getRoot<schema::LogLine>().getParts().getContent().asReader();
  if (line.content_digest) {
    content_.clear();
    if (line.content_salt) {
      EncodeContent(content, content_);
      if (content_.size() != line.content_size || SaltedDigest(*line.content_salt, content_) != *line.content_digest) {
        return absl::DataLossError(
            fmt::format("the content of position {} is not the one its digest and size are of: it was altered",
                        line.position.value));
      }
    }
    sealed.content = KeptContent{line.content_salt.value_or(Salt{}), content_};
    auto kept = line.event.getContent().initKept();
    kept.setDigest(AsData(BytesOf(*line.content_digest)));
    kept.setSize(line.content_size);
  } else if (!line.json.empty() || !line.text.empty()) {
    line.event.getContent().setInline(content);
  }
  EncodeEvent(line.event.asReader(), event_);
  sealed.event = event_;
  return sealed;
}

}  // namespace annals
