#include "gluster/cli/answer.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/text.hpp"

namespace glusterfs_exporter::gluster {

namespace {

/// EG_ANOTRANS in Gluster's own error numbers: another transaction holds the lock.
constexpr int kAnotherTransaction = 30802;

/// How lock conflicts are worded, for answers that carry no number, by the glusterd that has the lock and by
/// those that wait for it.
constexpr std::array<std::string_view, 4> kLockTexts{"Another transaction", "Locking failed",
                                                     "Unable to acquire lock", "Failed to acquire lock"};
constexpr std::string_view kTimeoutText = "Request timed out";

constexpr std::size_t kQuoteBytes = 200;

std::string quote(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  std::string line(text.substr(0, kQuoteBytes));
  std::ranges::replace(line, '\n', ' ');
  return clean_utf8(line);
}

bool says_locked(std::string_view text) {
  return std::ranges::any_of(kLockTexts, [&](std::string_view part) { return text.contains(part); });
}

bool says_nothing_there(const Request& request, std::string_view text) {
  return std::ranges::any_of(request.nothing_there(),
                             [&](std::string_view part) { return text.contains(part); });
}

Error failure(const Request& request, ErrorKind kind, std::string_view what) {
  return {kind, std::string(request.name()) + ": " + std::string(what)};
}

Answer nothing() {
  Answer answer;
  answer.nothing_there = true;
  return answer;
}

/// What a text that reports a failure means.
Result<Answer> read_failure(const Request& request, std::string_view text, int exit_status) {
  if (says_locked(text)) {
    return std::unexpected(failure(request, ErrorKind::lock, quote(text)));
  }
  if (says_nothing_there(request, text)) {
    return nothing();
  }
  if (text.contains(kTimeoutText)) {
    return std::unexpected(failure(request, ErrorKind::timeout, quote(text)));
  }
  return std::unexpected(
      failure(request, ErrorKind::exit, "exit status " + std::to_string(exit_status) + ": " + quote(text)));
}

bool answers_in_xml(const Request& request) {
  return std::ranges::find(request.arguments(), "--xml") != request.arguments().end();
}

Result<Answer> read_text(const Request& request, const Finished& finished) {
  const auto all = clean_utf8(finished.out + finished.err);
  if (finished.exit_status != 0 || says_locked(all) || all.contains("unsuccessful")) {
    return read_failure(request, all, finished.exit_status);
  }
  Answer answer;
  answer.text = clean_utf8(finished.out);
  return answer;
}

/// A character reference may stand for what UTF-8 has no form for, half a surrogate pair for instance.
class CleanValues final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    const std::string_view value = node.value();
    if (valid_utf8_length(value) < value.size()) {
      node.text().set(clean_utf8(value).c_str());  // the text may be kept in its element
    }
    return true;
  }
};

/// From where on it is XML, made valid UTF-8.
std::string take_xml(std::string out, std::size_t start) {
  out.erase(0, start);
  return valid_utf8_length(out) == out.size() ? std::move(out) : clean_utf8(out);
}

Result<Answer> read_xml(const Request& request, Finished finished) {
  const auto start = finished.out.find("<?xml");
  if (start == std::string::npos) {
    if (finished.exit_status != 0 || finished.out.contains("rror")) {
      return read_failure(request, finished.out + finished.err, finished.exit_status);
    }
    return std::unexpected(
        failure(request, ErrorKind::parse, "no XML in the answer: " + quote(finished.out)));
  }

  Answer answer;
  answer.xml_bytes = take_xml(std::move(finished.out), start);
  const bool has_references = answer.xml_bytes.contains("&#");
  answer.xml = std::make_unique<pugi::xml_document>();
  // Most elements hold nothing but a text: kept in the element it takes half the memory. Whatever is too
  // short to keep its place when an Answer moves is too short to be one.
  const auto parsed =
      answer.xml->load_buffer_inplace(answer.xml_bytes.data(), answer.xml_bytes.size(),
                                      pugi::parse_default | pugi::parse_embed_pcdata, pugi::encoding_utf8);
  if (!parsed) {
    return std::unexpected(failure(
        request, ErrorKind::parse,
        std::string("broken XML at byte ") + std::to_string(parsed.offset) + ": " + parsed.description()));
  }
  if (has_references) {
    CleanValues clean;
    answer.xml->traverse(clean);
  }
  const auto op_ret = answer.root().child("opRet");
  if (!op_ret) {
    return std::unexpected(failure(request, ErrorKind::parse, "no <opRet> in the answer"));
  }
  const std::string_view op_errstr = answer.root().child_value("opErrstr");
  if (op_ret.text().as_int(-1) != 0) {
    if (answer.root().child("opErrno").text().as_int() == kAnotherTransaction) {
      return std::unexpected(failure(request, ErrorKind::lock, quote(op_errstr)));
    }
    return read_failure(request, op_errstr, finished.exit_status);
  }
  if (finished.exit_status != 0) {
    return read_failure(request, op_errstr.empty() ? std::string_view(finished.err) : op_errstr,
                        finished.exit_status);
  }
  return answer;
}

}  // namespace

Result<Answer> read_answer(const Request& request, Finished finished) {
  if (finished.out.empty() && finished.exit_status == 0) {
    return std::unexpected(failure(request, ErrorKind::empty, "no output at all"));
  }
  return answers_in_xml(request) ? read_xml(request, std::move(finished)) : read_text(request, finished);
}

}  // namespace glusterfs_exporter::gluster
