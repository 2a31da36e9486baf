#include "eventstore/event_codec.h"

#include <optional>
#include <vector>

#include <capnp/any.h>
#include <capnp/message.h>
#include <fmt/format.h>
#include <kj/exception.h>

#include "eventstore/packing.h"
#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kScratchWords = 512;
// A message may be traversed this often over: generous for our few nested structs, tight for an attacker's.
constexpr uint64_t kTraversalWords = uint64_t{64} << 20;
constexpr int kNesting = 16;

// A message whose one segment is in memory. Cap'n Proto's own reader of memory reads the segment table again, which
// takes 2 % of a fold's instructions.
class SegmentReader final : public capnp::MessageReader {
 public:
  SegmentReader(kj::ArrayPtr<const capnp::word> segment, capnp::ReaderOptions limits)
      : MessageReader(limits), segment_(segment) {}
  kj::ArrayPtr<const capnp::word> getSegment(unsigned int id) override {
    return id == 0 ? segment_ : kj::ArrayPtr<const capnp::word>();
  }

 private:
  const kj::ArrayPtr<const capnp::word> segment_;
};

template <class Message>
void EncodePacked(typename Message::Reader value, std::string& out) {
  // Canonical form is one segment: in memory that is at hand where it fits, which nearly always spares measuring it
  // first.
  thread_local capnp::word scratch[kScratchWords];  // all zero between calls: builders zero what they used
  std::optional<capnp::MallocMessageBuilder> message(std::in_place, kj::arrayPtr(scratch, kScratchWords));
  message->template initRoot<capnp::AnyPointer>().template setCanonicalAs<Message>(value);
  if (message->getSegmentsForOutput().size() > 1) {
    message.emplace(static_cast<uint32_t>(value.totalSize().wordCount + 1));
    message->template initRoot<capnp::AnyPointer>().template setCanonicalAs<Message>(value);
  }
  const auto segments = message->getSegmentsForOutput();
  CHECK(segments.size() == 1);
  // Commands are held to limits that keep far below this; what got past them must not become an event nobody can read.
  CHECK(segments[0].size() <= kMaxMessageWords);
  Pack(segments[0], out);
}

// Reads every pointer the schema knows of: one that is broken throws here, where it is caught, and not at whoever reads
// it later.
void Touch(schema::Content::Reader content) {
  content.getJson();
  content.getText();
}

void TouchAll(capnp::List<capnp::Text>::Reader texts) {
  for (uint32_t i = 0; i < texts.size(); ++i) texts[i];
}

// As View reads it: what is not `known` is text, also where the bytes name a kind that does not exist.
template <class Name>
void TouchName(Name name) {
  if (!name.isKnown()) name.getOther();
}

void Touch(schema::TaskMove::Reader move) {
  move.getWorkerId();
}

void Touch(schema::WorkerMove::Reader move) {
  move.getRunId();
  move.getTaskId();
}

void Touch(schema::RequestMove::Reader move) {
  TouchAll(move.getPatches());
  move.getDigest();
  move.getAuthority();
  move.getRunId();
}

// Of what may come with an entity or a move most is absent: to ask first spares a quarter of the instructions of this
// look.
void Touch(schema::Created::Reader created) {
  TouchName(created.getMachine());
  TouchName(created.getInitial());
  created.getEntity();
  created.getMachineVersion();
  if (created.hasTask()) {
    const auto task = created.getTask();
    TouchAll(task.getDependsOn());
    TouchAll(task.getGateDependencies());
    TouchAll(task.getValidationGates());
  }
  if (created.hasWorker()) {
    const auto worker = created.getWorker();
    TouchAll(worker.getCapabilities());
    TouchAll(worker.getAffinity());
  }
  if (created.hasPatch()) {
    const auto patch = created.getPatch();
    patch.getTaskId();
    patch.getTool();
    TouchAll(patch.getFiles());
    patch.getDiffHash();
    patch.getFormatFault();
  }
  if (created.hasTestGate()) TouchAll(created.getTestGate().getDependsOn());
  created.getCircuitBreaker();
  if (created.hasRequest()) Touch(created.getRequest());
}

void Touch(schema::Transitioned::Reader moved) {
  TouchName(moved.getMachine());
  TouchName(moved.getFrom());
  TouchName(moved.getTo());
  TouchName(moved.getTrigger());
  moved.getOperator();
  moved.getEntity();
  if (moved.hasPatch()) {
    TouchAll(moved.getPatch().getStated());
    moved.getPatch().getBreaker();
  }
  if (moved.hasTestGate()) moved.getTestGate().getExitCode();
  if (moved.hasTask()) Touch(moved.getTask());
  if (moved.hasWorker()) Touch(moved.getWorker());
  if (moved.hasRequest()) Touch(moved.getRequest());
}

void Touch(schema::Event::Body::Reader body) {
  switch (body.which()) {
    case schema::Event::Body::RUN_CREATED:
      body.getRunCreated().getMachineVersion();
      return;
    case schema::Event::Body::WORKSTREAM_CREATED:
      body.getWorkstreamCreated().getMachineVersion();
      return TouchAll(body.getWorkstreamCreated().getDependsOn());
    case schema::Event::Body::TRANSITIONED:
      return Touch(body.getTransitioned());
    case schema::Event::Body::COMMAND_REFUSED: {
      const auto refused = body.getCommandRefused();
      refused.getCommand();
      refused.getMachine();
      refused.getEntity();
      refused.getFrom();
      refused.getTo();
      refused.getWhy();
      refused.getTrigger();
      refused.getOperator();
      return TouchAll(refused.getLegal());
    }
    case schema::Event::Body::STEP_STARTED:
      return TouchName(body.getStepStarted().getStepName());
    case schema::Event::Body::STEP_COMPLETED:
      body.getStepCompleted().getExitCode();
      return TouchName(body.getStepCompleted().getStepName());
    case schema::Event::Body::ERROR_RECORDED:
      TouchName(body.getErrorRecorded().getStepName());
      body.getErrorRecorded().getErrorCode();
      body.getErrorRecorded().getSignature();
      return;
    case schema::Event::Body::NOTED:
      body.getNoted().getEventType();
      return;
    case schema::Event::Body::CREATED:
      return Touch(body.getCreated());
    case schema::Event::Body::AMENDED: {
      const auto amended = body.getAmended();
      TouchName(amended.getMachine());
      amended.getEntity();
      amended.getCircuitBreaker();
      Touch(amended.getWorker());
      return Touch(amended.getRequest());
    }
    case schema::Event::Body::CHECKPOINT_SAVED:
      body.getCheckpointSaved().getName();
      body.getCheckpointSaved().getTaskId();
      return;
    case schema::Event::Body::MACHINE_DEFINED:
      body.getMachineDefined().getVersion();
      body.getMachineDefined().getDefinition();
      return;
    case schema::Event::Body::CONTENT_REDACTED:
    case schema::Event::Body::UNKNOWN:
      return;
  }
}

void Touch(schema::Event::Reader event) {
  event.getActor();
  event.getCommandId();
  event.getCommandDigest();
  event.getWsId();
  if (event.getContent().isInline()) Touch(event.getContent().getInline());
  if (event.getContent().isKept()) event.getContent().getKept().getDigest();
  Touch(event.getBody());
}

}  // namespace

void EncodeEvent(schema::Event::Reader value, std::string& out) {
  EncodePacked<schema::Event>(value, out);
}
void EncodeContent(schema::Content::Reader value, std::string& out) {
  EncodePacked<schema::Content>(value, out);
}

std::string CanonicalBytes(capnp::AnyStruct::Reader value) {
  const kj::Array<capnp::word> words = value.canonicalize();
  return {reinterpret_cast<const char*>(words.begin()), words.asBytes().size()};
}

template <class Message>
struct Decoder<Message>::Impl {
  std::vector<uint64_t> words;  // the segment table, then the segment
  std::optional<SegmentReader> message;
};

template <class Message>
Decoder<Message>::Decoder() : impl_(std::make_unique<Impl>()) {}
template <class Message>
Decoder<Message>::~Decoder() = default;

template <class Message>
absl::StatusOr<typename Message::Reader> Decoder<Message>::Decode(std::string_view packed, BrokenPointers broken) {
  impl_->message.reset();
  if (const absl::Status status = Unpack(packed, impl_->words); !status.ok()) {
    return WithContext(status, fmt::format("decode {} stored bytes", packed.size()));
  }
  // Not kj::runCatchingExceptions, which sets up a context per call; a plain try costs nothing
  // where nothing is thrown.
  try {
    const auto* const words = reinterpret_cast<const capnp::word*>(impl_->words.data());
    impl_->message.emplace(kj::arrayPtr(words + 1, impl_->words.size() - 1),
                           capnp::ReaderOptions{kTraversalWords, kNesting});
    const auto root = impl_->message->template getRoot<Message>();
    if (broken == BrokenPointers::kFoundNow) Touch(root);
    return root;
  } catch (const kj::Exception& exception) {
    return absl::DataLossError(
        fmt::format("decode {} stored bytes: {}", packed.size(), exception.getDescription().cStr()));
  }
}

template class Decoder<schema::Event>;
template class Decoder<schema::Content>;

}  // namespace annals
