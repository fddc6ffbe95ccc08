#include <gtest/gtest.h>

#include "gluster/rpc/dict.hpp"
#include "gluster/rpc/message.hpp"
#include "gluster/rpc/procedures.hpp"
#include "gluster/rpc/record.hpp"
#include "gluster/rpc/xdr.hpp"

/// What goes over the wire, byte by byte, and what is made of bytes that are not as they should be.
namespace glusterfs_exporter::gluster::rpc {
namespace {

using namespace std::string_literals;

TEST(Xdr, WritesBigEndianWordsAndPaddedBytes) {
  XdrWriter out;
  out.u32(0x01020304);
  out.i32(-2);
  out.opaque("abcde");
  out.opaque("");
  EXPECT_EQ(out.bytes(), "\x01\x02\x03\x04\xFF\xFF\xFF\xFE\0\0\0\x05"s + "abcde\0\0\0\0\0\0\0"s);
}

TEST(Xdr, ReadsWhatItWrites) {
  XdrWriter out;
  out.u32(7);
  out.opaque("abcd");
  out.i32(-3);
  out.opaque("x");
  XdrReader in(out.bytes());
  EXPECT_EQ(in.u32(), 7U);
  EXPECT_EQ(in.opaque(4), "abcd");
  EXPECT_EQ(in.i32(), -3);
  EXPECT_EQ(in.opaque(100), "x");
  EXPECT_TRUE(in.at_end());
}

TEST(Xdr, AFailedReadFailsAllThatFollow) {
  const auto bytes = "\0\0\0\x01\0\0"s;
  XdrReader in(bytes);
  EXPECT_EQ(in.u32(), 1U);
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.take(0), "");
  EXPECT_FALSE(in.ok());
  EXPECT_FALSE(in.at_end());
}

TEST(Xdr, RefusesLengthsThatTheBytesDoNotAllow) {
  for (const auto& bytes : {"\0\0\0\x05"s + "abcde", "\0\0\0\x05"s + "abcde\0\0"s,
                            "\xFF\xFF\xFF\xFF"s + "abcd", "\x7F\xFF\xFF\xFF"s + "abcd", "\0\0\0"s}) {
    XdrReader in(bytes);
    EXPECT_EQ(in.opaque(SIZE_MAX), "");
    EXPECT_FALSE(in.ok());
  }
  const auto four = "\0\0\0\x04"s + "abcd";
  XdrReader in(four);
  EXPECT_EQ(in.opaque(3), "");
  EXPECT_FALSE(in.ok());
}

/// A dict as a daemon writes it.
std::string pair(const std::string& key, const std::string& value) {
  XdrWriter lengths;
  lengths.u32(static_cast<std::uint32_t>(key.size()));
  lengths.u32(static_cast<std::uint32_t>(value.size()));
  return lengths.bytes() + key + '\0' + value;
}

std::string dict_of(std::uint32_t count, const std::string& pairs) {
  XdrWriter words;
  words.u32(count);
  return words.bytes() + pairs;
}

TEST(Dict, IsWrittenAsGlusterReadsIt) {
  EXPECT_EQ(encode_dict({}), "\0\0\0\0"s);
  EXPECT_EQ(encode_dict({{"flags", "2"}, {"volname", ""}}), "\0\0\0\x02"s + "\0\0\0\x05\0\0\0\x02"s +
                                                                "flags\0"s + "2\0"s +
                                                                "\0\0\0\x07\0\0\0\x01"s + "volname\0\0"s);
}

TEST(Dict, ReadsTextsAndNumbers) {
  const auto dict = Dict::decode(encode_dict(
      {{"name", "rep3"}, {"count", "12"}, {"average", "56890.500000"}, {"huge", "1e999"}, {"not", "nan"}}));
  ASSERT_TRUE(dict);
  EXPECT_EQ(dict->size(), 5U);
  EXPECT_EQ(dict->text("name"), "rep3");
  EXPECT_EQ(dict->number("count"), 12U);
  EXPECT_EQ(dict->number<int>("name"), std::nullopt);
  EXPECT_EQ(dict->number("nothing"), std::nullopt);
  EXPECT_EQ(dict->real("average"), 56890.5);
  EXPECT_EQ(dict->real("huge"), std::nullopt);
  EXPECT_EQ(dict->real("not"), std::nullopt);
  EXPECT_TRUE(dict->contains("count"));
  EXPECT_FALSE(dict->contains("coun"));
  EXPECT_EQ(dict->text("coun"), "");
}

TEST(Dict, NoBytesAreAnEmptyOne) {
  const auto dict = Dict::decode("");
  ASSERT_TRUE(dict);
  EXPECT_EQ(dict->size(), 0U);
  EXPECT_FALSE(dict->contains(""));
}

TEST(Dict, ValuesNeedNoNulAndMayBeEmpty) {
  const auto dict = Dict::decode(dict_of(3, pair("a", "text") + pair("b", "") + pair("c", "cut\0off"s)));
  ASSERT_TRUE(dict);
  EXPECT_EQ(dict->text("a"), "text");
  EXPECT_TRUE(dict->contains("b"));
  EXPECT_EQ(dict->text("b"), "");
  EXPECT_EQ(dict->text("c"), "cut");
}

TEST(Dict, TextIsMadeValidUtf8) {
  const auto dict = Dict::decode(dict_of(1, pair("option.\xC3", "\xFFx")));
  ASSERT_TRUE(dict);
  EXPECT_EQ(dict->text("option.\xC3"), "\xEF\xBF\xBDx");
  int seen = 0;
  dict->for_each("option.", [&](const std::string& key, const std::string& value) {
    EXPECT_EQ(key, "\xEF\xBF\xBD");
    EXPECT_EQ(value, "\xEF\xBF\xBDx");
    ++seen;
  });
  EXPECT_EQ(seen, 1);
}

TEST(Dict, ForEachStopsAtTheEndOfThePrefix) {
  const auto dict = Dict::decode(encode_dict({{"b.2", "two"}, {"a", "x"}, {"b.1", "one"}, {"c", "y"}}));
  ASSERT_TRUE(dict);
  std::string all;
  dict->for_each("b.", [&](const std::string& key, const std::string& value) { all += key + value + " "; });
  EXPECT_EQ(all, "1one 2two ");
}

TEST(Dict, TheFirstOfEqualKeysCounts) {
  const auto dict = Dict::decode(encode_dict({{"k", "first"}, {"k", "second"}}));
  ASSERT_TRUE(dict);
  EXPECT_EQ(dict->size(), 1U);
  EXPECT_EQ(dict->text("k"), "first");
}

TEST(Dict, RefusesWhatIsBroken) {
  const auto good = dict_of(1, pair("key", "value"));
  ASSERT_TRUE(Dict::decode(good));
  for (std::size_t length = 1; length < good.size(); ++length) {
    EXPECT_FALSE(Dict::decode(good.substr(0, length))) << length;
  }
  auto no_nul = good;
  no_nul[4 + 8 + 3] = 'x';
  for (const auto& bytes :
       {good + "x", no_nul, dict_of(0x7FFFFFFF, ""), dict_of(0xFFFFFFFF, ""),
        dict_of(2, pair("key", "value")), dict_of(0, pair("key", "value")),
        dict_of(1, pair("k\0y"s, "value")), dict_of(1, "\xFF\xFF\xFF\xFF\0\0\0\0"s + "key\0value"s),
        dict_of(1, "\0\0\0\x03\xFF\xFF\xFF\xFF"s + "key\0value"s),
        dict_of(1, "\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF"s + "key\0value"s)}) {
    const auto dict = Dict::decode(bytes);
    ASSERT_FALSE(dict);
    EXPECT_EQ(dict.error().kind, ErrorKind::parse);
  }
}

TEST(Dict, RefusesTooManyPairsAndBytes) {
  std::string pairs;
  for (std::size_t i = 0; i <= Dict::kMostPairs; ++i) {
    pairs += "\0\0\0\0\0\0\0\0\0"s;
  }
  const auto many = Dict::decode(dict_of(Dict::kMostPairs + 1, pairs));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().kind, ErrorKind::oversize);
  const auto long_one = Dict::decode(std::string(Dict::kLargestBytes + 1, '\0'));
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().kind, ErrorKind::oversize);
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

/// From the version of RPC to the end of the verifier: program, version, procedure, and nobody's credential.
std::string header(const std::string& program, const std::string& procedure) {
  return "00000002" + program + "00000002" + procedure +
         "0005f397"
         "00000014" +
         std::string(40, '0') + "0000000000000000";
}

TEST(Calls, AreTheseBytes) {
  const std::string glusterd = "0012e5bf";
  EXPECT_EQ(hex(encode_call(ReadOnlyCall::list_friends(), 0x01020304)),
            "01020304"
            "00000000" +
                header(glusterd, "00000003") + "00000002" + "00000004" + "00000000");
  EXPECT_EQ(hex(encode_call(ReadOnlyCall::list_volume(), 1)),
            "0000000100000000" + header(glusterd, "00000021") + "00000004" + "00000000");
  EXPECT_EQ(hex(encode_call(ReadOnlyCall::get_volume("v"), 1)),
            "0000000100000000" + header(glusterd, "00000005") + "00000026" + "00000002" +
                hex("\0\0\0\x05\0\0\0\x02"s + "flags\0"s + "2\0"s + "\0\0\0\x07\0\0\0\x02"s + "volname\0"s +
                    "v\0"s + "\0\0"s));
}

TEST(Calls, NameTheBrickTheOperationAndTheArguments) {
  const BrickName brick{"/b/1", "v"};
  const auto argument = [&](std::uint32_t operation, std::initializer_list<DictEntry> entries) {
    XdrWriter out;
    out.opaque("/b/1");
    out.u32(operation);
    out.opaque(encode_dict(entries));
    out.opaque("");
    return out.bytes();
  };
  EXPECT_EQ(ReadOnlyCall::profile(brick).argument(),
            argument(2, {{"op", "3"}, {"info-op", "3"}, {"peek", "1"}, {"volname", "v"}}));
  const auto status = [&](std::string_view command) {
    return argument(4, {{"cmd", command}, {"volname", "v"}, {"brick-name", "/b/1"}});
  };
  EXPECT_EQ(ReadOnlyCall::memory(brick).argument(), status("257"));
  EXPECT_EQ(ReadOnlyCall::clients(brick).argument(), status("258"));
  EXPECT_EQ(ReadOnlyCall::inode_table(brick).argument(), status("260"));
  EXPECT_EQ(ReadOnlyCall::call_pool(brick).argument(), status("272"));
  EXPECT_EQ(hex(encode_call(ReadOnlyCall::profile(brick), 1)).substr(24, 24), "004a46320000000200000002");
}

TEST(Calls, CannotBeMadeFromANumber) {
  static_assert(!std::is_constructible_v<ReadOnlyCall, Procedure, std::string>);
  static_assert(!std::is_default_constructible_v<ReadOnlyCall>);
}

TEST(Record, IsMarkedAsTheLastFragment) {
  EXPECT_EQ(to_record("abc"), "\x80\0\0\x03"s + "abc");
}

TEST(Record, IsPutTogetherHoweverItIsCut) {
  const auto stream = "\0\0\0\x02"s + "ab" + "\0\0\0\0"s + "\x80\0\0\x03"s + "cde" + to_record("next");
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    RecordReader reader(5);
    std::vector<std::string> messages;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      auto bytes = std::string_view(stream).substr(at, step);
      while (!bytes.empty()) {
        const auto state = reader.read(bytes);
        ASSERT_NE(state, RecordReader::State::oversize);
        if (state == RecordReader::State::complete) {
          messages.push_back(reader.take());
        }
      }
    }
    EXPECT_EQ(messages, (std::vector<std::string>{"abcde", "next"})) << step;
  }
}

TEST(Record, AClaimedLengthIsRefusedAtOnce) {
  RecordReader reader(100);
  std::string_view claim("\xFF\xFF\xFF\xFF", 4);
  EXPECT_EQ(reader.read(claim), RecordReader::State::oversize);

  RecordReader fragments(100);
  const auto two = "\0\0\0\x40"s + std::string(64, 'x') + "\0\0\0\x40"s;
  std::string_view bytes(two);
  EXPECT_EQ(fragments.read(bytes), RecordReader::State::oversize);
}

TEST(Reply, OneThatIsNotToThisCallIsNotUnderstood) {
  const auto reply = [](std::initializer_list<std::uint32_t> words) {
    XdrWriter out;
    for (const auto word : words) {
      out.u32(word);
    }
    return out.bytes();
  };
  const auto read = [](const std::string& message) { return read_reply(kListFriends, 9, message); };
  const auto good = reply({9, 1, 0, 0, 0, 0, 0, 0, 0});
  ASSERT_TRUE(read(good));
  EXPECT_EQ(read(good)->dict.size(), 0U);
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(read(good.substr(0, length))) << length;
  }
  EXPECT_EQ(read(reply({8, 1, 0, 0, 0, 0, 0, 0, 0})).error().context, "the reply is to another call");
  EXPECT_EQ(read(reply({9, 0, 0, 0, 0, 0, 0, 0, 0})).error().context, "what came is not a reply");
  EXPECT_EQ(read(reply({9, 1, 1, 0, 0, 0, 0, 0, 0})).error().kind, ErrorKind::connect);
  const auto unavailable = read(reply({9, 1, 0, 0, 0, 3}));
  EXPECT_EQ(unavailable.error().kind, ErrorKind::parse);
  EXPECT_EQ(unavailable.error().context, "the daemon did not take the call, status 3");
  EXPECT_FALSE(read(good + "more"));
}

TEST(Reply, SayingNoIsAnError) {
  Reply reply;
  ASSERT_TRUE(require_success(reply));
  reply.op_ret = -1;
  EXPECT_EQ(require_success(reply).error().context, "no reason given (error number 0)");
  reply.op_errno = 30800;
  reply.op_errstr = "Nothing of the kind";
  EXPECT_EQ(require_success(reply).error().kind, ErrorKind::exit);
  EXPECT_EQ(require_success(reply).error().context, "Nothing of the kind (error number 30800)");
  reply.op_errno = 30802;
  EXPECT_EQ(require_success(reply).error().kind, ErrorKind::lock);
}

}  // namespace
}  // namespace glusterfs_exporter::gluster::rpc
