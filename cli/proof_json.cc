#include "cli/proof_json.h"

#include <cstring>
#include <optional>

#include <capnp/message.h>

#include "eventstore/base64.h"
#include "eventstore/event_codec.h"
#include "schemas/check.h"
#include "schemas/json_reader.h"
#include "schemas/json_tokens.h"
#include "schemas/json_writer.h"
#include "schemas/proof.capnp.h"
#include "schemas/status.h"

namespace annals {
namespace {

void WriteHash(std::string_view key, const Hash& hash, JsonWriter& out) {
  out.Key(key).String(HexOf(hash));
}

void WritePath(std::string_view key, const std::vector<Hash>& path, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const Hash& hash : path) out.String(HexOf(hash));
  out.EndArray();
}

// The reader has seen that it is 64 hex digits.
Hash HashOf(capnp::Text::Reader hex) {
  const std::optional<std::string> bytes = BytesOfHex(View(hex));
  Hash hash;
  CHECK(bytes && bytes->size() == hash.size());
  std::memcpy(hash.data(), bytes->data(), hash.size());
  return hash;
}

std::vector<Hash> PathOf(capnp::List<capnp::Text>::Reader texts) {
  std::vector<Hash> path;
  for (const auto text : texts) path.push_back(HashOf(text));
  return path;
}

// Reads `text` as a Message. What is no proof is a bad proof, not bad usage.
template <class Message>
absl::Status Read(const char* name, std::string_view text, capnp::MessageBuilder& message) {
  ObjectReader reader(name, capnp::Schema::from<Message>());
  const absl::Status status = reader.Read(text, message.initRoot<Message>());
  return absl::IsInvalidArgument(status) ? absl::DataLossError(status.message()) : status;
}

absl::StatusOr<Proof> ReadEventProof(std::string_view text) {
  capnp::MallocMessageBuilder message;
  RETURN_IF_ERROR(Read<schema::InclusionProof>("inclusion proof", text, message));
  const auto read = message.getRoot<schema::InclusionProof>().asReader();
  std::optional<std::string> leaf_input = BytesOfBase64(View(read.getLeafInput()));
  if (!leaf_input) return absl::DataLossError("read the inclusion proof: its leaf_input is no base64");
  return EventProof{.position = read.getPosition(),
                    .leaf_input = *std::move(leaf_input),
                    .inclusion = {.leaf_index = read.getLeafIndex(),
                                  .tree_size = read.getTreeSize(),
                                  .leaf_hash = HashOf(read.getLeafHash()),
                                  .root = HashOf(read.getRoot()),
                                  .audit_path = PathOf(read.getAuditPath())}};
}

absl::StatusOr<Proof> ReadConsistencyProof(std::string_view text) {
  capnp::MallocMessageBuilder message;
  RETURN_IF_ERROR(Read<schema::ConsistencyProof>("consistency proof", text, message));
  const auto read = message.getRoot<schema::ConsistencyProof>().asReader();
  return ConsistencyProof{.first_size = read.getFirstSize(),
                          .second_size = read.getSecondSize(),
                          .first_root = HashOf(read.getFirstRoot()),
                          .second_root = HashOf(read.getSecondRoot()),
                          .path = PathOf(read.getConsistencyPath())};
}

}  // namespace

std::string ToJson(const EventProof& proof) {
  const InclusionProof& inclusion = proof.inclusion;
  JsonWriter out;
  out.BeginObject().Key("position").UInt(proof.position).Key("leaf_index").UInt(inclusion.leaf_index);
  out.Key("tree_size").UInt(inclusion.tree_size).Key("leaf_input").String(Base64Of(proof.leaf_input));
  WriteHash("leaf_hash", inclusion.leaf_hash, out);
  WriteHash("root", inclusion.root, out);
  WritePath("audit_path", inclusion.audit_path, out);
  return out.EndObject().Take();
}

std::string ToJson(const ConsistencyProof& proof) {
  JsonWriter out;
  out.BeginObject().Key("first_size").UInt(proof.first_size).Key("second_size").UInt(proof.second_size);
  WriteHash("first_root", proof.first_root, out);
  WriteHash("second_root", proof.second_root, out);
  WritePath("consistency_path", proof.path, out);
  return out.EndObject().Take();
}

absl::StatusOr<Proof> ReadProof(std::string_view text) {
  JsonTokens tokens;
  const bool is_consistency = tokens.Load(text) && tokens.FindMember("consistency_path") != nullptr;
  return is_consistency ? ReadConsistencyProof(text) : ReadEventProof(text);
}

}  // namespace annals
