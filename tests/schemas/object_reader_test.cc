// ObjectReader, by the schemas of proofs: no other struct is read that way.
#include <string>

#include <capnp/message.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/json_reader.h"
#include "schemas/proof.capnp.h"
#include "schemas/status.h"

namespace annals {
namespace {

using testing::HasSubstr;

const std::string kHash(64, 'a');

std::string Proof(std::string_view path = "", std::string_view more = "") {
  return fmt::format(R"({{"first_size":1,"second_size":18446744073709551615,"first_root":"{}","second_root":"{}",)"
                     R"("consistency_path":[{}]{}}})",
                     kHash, kHash, path, more);
}

std::string FaultOf(std::string_view json) {
  ObjectReader reader("consistency proof", capnp::Schema::from<schema::ConsistencyProof>());
  capnp::MallocMessageBuilder message;
  const absl::Status status = reader.Read(json, message.initRoot<schema::ConsistencyProof>());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
  return std::string(MessageOf(status));
}

TEST(ObjectReader, FillsEveryField) {
  ObjectReader reader("consistency proof", capnp::Schema::from<schema::ConsistencyProof>());
  for (int i = 0; i < 2; ++i) {  // it may be used again
    capnp::MallocMessageBuilder message;
    auto proof = message.initRoot<schema::ConsistencyProof>();
    const absl::Status status = reader.Read(Proof(fmt::format(R"("{}", "{}")", kHash, std::string(64, 'F'))), proof);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(proof.getFirstSize(), 1u);
    EXPECT_EQ(proof.getSecondSize(), UINT64_MAX);
    EXPECT_EQ(std::string(proof.getFirstRoot().cStr()), kHash);
    ASSERT_EQ(proof.getConsistencyPath().size(), 2u);
    EXPECT_EQ(std::string(proof.getConsistencyPath()[1].cStr()), std::string(64, 'F'));
  }
}

TEST(ObjectReader, IsAsStrictAsForCommands) {
  EXPECT_THAT(FaultOf("{"), HasSubstr("read the consistency proof: byte"));
  EXPECT_THAT(FaultOf("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(FaultOf("{}"), HasSubstr("consistency proof must have first_size, second_size"));
  EXPECT_THAT(FaultOf(Proof("", R"(,"extra":1)")), HasSubstr("/extra: unknown field"));
  EXPECT_THAT(FaultOf(Proof("", R"(,"first_size":1)")), HasSubstr("given twice"));
  EXPECT_THAT(FaultOf(Proof() + "x"), HasSubstr("byte"));
  EXPECT_THAT(FaultOf(Proof("1")), HasSubstr("/consistency_path/0: must be a string"));
  EXPECT_THAT(FaultOf(Proof(R"("ab")")), HasSubstr("/consistency_path/0: is 2 bytes long; a hash is 64 hex digits"));
  EXPECT_THAT(FaultOf(Proof('"' + std::string(64, 'g') + '"')), HasSubstr("has \"g\" at its byte 1; a hash is"));
  EXPECT_THAT(FaultOf(R"({"command":"create_run"})"), HasSubstr("unknown field \"command\""));
}

}  // namespace
}  // namespace annals
