// The dictionaries of the fuzz targets name the keys and the names of values that their readers know: a schema that
// grows leaves none of them behind.
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/schema.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/command.capnp.h"
#include "schemas/json_schema.h"
#include "schemas/log_line.capnp.h"
#include "schemas/machine_definition.capnp.h"
#include "schemas/proof.capnp.h"

namespace annals {
namespace {

using testing::IsEmpty;

// Field names and enumerants as JSON has them, of all that can be reached from a schema.
class Names {
 public:
  void Add(capnp::StructSchema schema) {
    if (!seen_.insert(schema.getProto().getId()).second) return;
    for (const auto field : schema.getFields()) {
      found_.insert(SnakeCase(field.getProto().getName().cStr()));
      AddType(field.getType());
    }
  }
  const std::set<std::string>& found() const { return found_; }

 private:
  void AddType(capnp::Type type) {
    while (type.isList()) type = type.asList().getElementType();
    if (type.isStruct()) Add(type.asStruct());
    if (!type.isEnum()) return;
    for (const auto enumerant : type.asEnum().getEnumerants()) {
      found_.insert(SnakeCase(enumerant.getProto().getName().cStr()));
    }
  }

  std::set<uint64_t> seen_;
  std::set<std::string> found_;
};

struct DictionaryCase {
  const char* target;
  std::vector<capnp::StructSchema> schemas;
};

class FuzzDictionaryTest : public testing::TestWithParam<DictionaryCase> {};

TEST_P(FuzzDictionaryTest, HasEveryNameOfItsSchema) {
  const std::string path = std::string(ANNALS_SOURCE_DIR) + "/tests/fuzz/dict/" + GetParam().target + ".dict";
  std::ifstream in(path);
  ASSERT_TRUE(in.is_open()) << path;
  const std::string dictionary{std::istreambuf_iterator<char>(in), {}};
  Names names;
  for (const capnp::StructSchema schema : GetParam().schemas) names.Add(schema);
  std::string missing;
  for (const std::string& name : names.found()) {
    const std::string line = "\"\\\"" + name + "\\\"\"\n";
    if (dictionary.find(line) == std::string::npos) missing += line;
  }
  EXPECT_THAT(missing, IsEmpty()) << "add these lines to " << path;
}

template <class... Messages>
DictionaryCase Case(const char* target) {
  return {target, {capnp::Schema::from<Messages>()...}};
}

INSTANTIATE_TEST_SUITE_P(All, FuzzDictionaryTest,
                         testing::Values(Case<schema::Command>("command_reader_fuzz"),
                                         Case<schema::LogLine>("log_line_fuzz"),
                                         Case<schema::LogLine>("import_lines_fuzz"),
                                         Case<schema::MachineDefinition>("machine_definition_fuzz"),
                                         Case<schema::InclusionProof, schema::ConsistencyProof>("proof_fuzz")),
                         [](const auto& test) { return std::string(test.param.target); });

}  // namespace
}  // namespace annals
