#include "web/open_streams.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <future>
#include <string_view>
#include <utility>

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;

// How often a stream is asked for more when nobody says that there is: signs of life are due then.
constexpr auto kAskInterval = 1000ms;

// What one client gets before the others have their turn.
constexpr std::size_t kTurnBytes = 262144;

constexpr std::string_view kEndOfStream = "0\r\n\r\n";
constexpr std::string_view kEndOfChunkAndStream = "\r\n0\r\n\r\n";

}  // namespace

/// A client, and the chunk that is being sent to it: head, content and tail, from `sent` on.
struct OpenStreams::Stream {
  Stream(int socket, BodyStream& body, bool in_chunks)
      : descriptor(socket), source(&body), chunked(in_chunks) {}

  [[nodiscard]] std::size_t unsent() const {
    return head.size() + (content == nullptr ? 0 : content->size()) + tail.size() - sent;
  }

  void begin(BodyStream::Chunk chunk) {
    content = std::move(chunk);
    if (chunked) {
      head = fmt::format("{:x}\r\n", content->size());
      tail = "\r\n";
    }
    sent = 0;
    progress = Clock::now();
  }

  /// Nothing follows what is being sent, but the mark of the end.
  void end() {
    ending = true;
    if (!chunked) {
      return;
    }
    if (unsent() > 0) {
      tail = kEndOfChunkAndStream;
      return;
    }
    head.clear();
    content.reset();
    tail = kEndOfStream;
    sent = 0;
    progress = Clock::now();
  }

  /// Sends what fits into the kernel. Not negative: so many bytes; else errno says why.
  ssize_t send() {
    std::array<iovec, 3> parts{};
    std::size_t count = 0;
    std::size_t skip = sent;
    for (const auto part :
         {std::string_view(head), content == nullptr ? std::string_view() : *content, tail}) {
      const auto rest = part.substr(std::min(skip, part.size()));
      skip -= part.size() - rest.size();
      if (!rest.empty()) {
        parts.at(count++) = {.iov_base = const_cast<char*>(rest.data()), .iov_len = rest.size()};
      }
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const auto bytes = ::sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (bytes > 0) {
      sent += static_cast<std::size_t>(bytes);
      progress = Clock::now();
    }
    if (unsent() == 0) {
      content.reset();  // others may be through with it, too
      head.clear();
      tail = {};
      sent = 0;
    }
    return bytes;
  }

  const int descriptor;
  BodyStream* const source;
  const bool chunked;
  std::string head;
  BodyStream::Chunk content;
  std::string_view tail;
  std::size_t sent = 0;
  bool say_farewell = false;  // as soon as what is being sent is sent, and end
  bool ending = false;
  Clock::time_point progress = Clock::now();  // when the kernel took bytes last
  std::promise<End> ended;
  std::list<std::unique_ptr<Stream>>::iterator position;
};

OpenStreams::Place::~Place() {
  const std::scoped_lock lock(streams_.mutex_);
  --streams_.places_;
}

OpenStreams::OpenStreams(Limits limits)
    : limits_(limits),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event wish{};
  wish.events = EPOLLIN | EPOLLET;
  wish.data.ptr = nullptr;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &wish);
  thread_ = std::jthread([this] { run(); });
}

OpenStreams::~OpenStreams() {
  close(0ms);
}

std::unique_ptr<OpenStreams::Place> OpenStreams::reserve() {
  const std::scoped_lock lock(mutex_);
  if (closing_until_ || places_ >= limits_.streams) {
    return nullptr;
  }
  ++places_;
  return std::unique_ptr<Place>(new Place(*this));
}

OpenStreams::End OpenStreams::send(const Place& /*place*/, const ClientSocket& socket, BodyStream& stream,
                                   bool chunked) {
  auto sending = std::make_unique<Stream>(socket.descriptor(), stream, chunked);
  auto ended = sending->ended.get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (over_) {
      return {};
    }
    new_.push_back(std::move(sending));
  }
  wake();
  return ended.get();
}

void OpenStreams::wake() {
  // It can only fail when it was woken 2^64 times before.
  static_cast<void>(::eventfd_write(wake_.get(), 1));
}

void OpenStreams::close(std::chrono::milliseconds patience) {
  {
    const std::scoped_lock lock(mutex_);
    closing_until_ = Clock::now() + patience;
  }
  wake();
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::optional<OpenStreams::Clock::time_point> OpenStreams::closing_until() {
  const std::scoped_lock lock(mutex_);
  return closing_until_;
}

void OpenStreams::run() {
  bool closing = false;
  while (true) {
    const auto until = closing_until();
    const auto now = Clock::now();
    if (until && (now >= *until || (closing && streams_.empty()))) {
      break;
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>((until ? *until : ask_at_) - now);
    serve_events(std::clamp<std::chrono::milliseconds>(wait, 0ms, limits_.patience / 2 + 1ms));
    take_new();
    if (!closing && closing_until()) {
      closing = true;
      end_all();
    }
    if (!closing && Clock::now() >= ask_at_) {
      ask_all();
    }
    give_up_on_stalled();
  }
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  take_new();
  while (!streams_.empty()) {
    finish(*streams_.front(), {});
  }
}

void OpenStreams::serve_events(std::chrono::milliseconds wait) {
  std::array<epoll_event, 128> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(wait.count()));
  for (int i = 0; i < count; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    // Each stream is among them once, and none ends but by its own event: the pointers are good.
    auto* const stream = static_cast<Stream*>(event.data.ptr);
    if (stream == nullptr) {
      ask_at_ = {};
    } else if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      finish(*stream, {});
    } else if (stream->unsent() > 0) {
      advance(*stream);
    }
  }
}

void OpenStreams::take_new() {
  std::vector<std::unique_ptr<Stream>> added;
  {
    const std::scoped_lock lock(mutex_);
    added.swap(new_);
  }
  for (auto& owner : added) {
    auto& stream = *owner;
    stream.position = streams_.insert(streams_.end(), std::move(owner));
    epoll_event wish{};
    wish.events = EPOLLOUT | EPOLLRDHUP | EPOLLET;
    wish.data.ptr = &stream;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stream.descriptor, &wish) != 0) {
      finish(stream, {});
    } else {
      advance(stream);
    }
  }
}

void OpenStreams::ask_all() {
  ask_at_ = Clock::now() + kAskInterval;
  for (auto next = streams_.begin(); next != streams_.end();) {
    auto& stream = **next++;
    if (stream.unsent() == 0) {  // else its client has to read first
      advance(stream);
    }
  }
}

void OpenStreams::end_all() {
  for (auto next = streams_.begin(); next != streams_.end();) {
    auto& stream = **next++;
    stream.say_farewell = true;
    advance(stream);
  }
}

void OpenStreams::give_up_on_stalled() {
  const auto now = Clock::now();
  for (auto next = streams_.begin(); next != streams_.end();) {
    auto& stream = **next++;
    if (stream.unsent() > 0 && now - stream.progress >= limits_.patience) {
      finish(stream, {});
    }
  }
}

void OpenStreams::advance(Stream& stream) {
  std::size_t taken = 0;
  while (true) {
    if (stream.unsent() == 0) {
      if (stream.say_farewell) {
        stream.say_farewell = false;
        if (const auto chunk = stream.source->farewell()) {
          stream.begin(chunk);
        }
        stream.end();
        continue;
      }
      if (stream.ending) {
        finish(stream, {.complete = true, .failure = ""});
        return;
      }
      if (taken >= kTurnBytes) {
        ask_at_ = {};  // go on after the others
        return;
      }
      try {
        const auto chunk = stream.source->next();
        if (chunk && (*chunk == nullptr || (*chunk)->empty())) {
          return;
        }
        chunk ? stream.begin(*chunk) : stream.end();
      } catch (const std::exception& exception) {
        finish(stream, {.complete = false, .failure = exception.what()});
        return;
      } catch (...) {
        finish(stream, {.complete = false, .failure = "no reason is known"});
        return;
      }
      continue;
    }
    const auto sent = stream.send();
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent < 0) {
      if (errno != EAGAIN) {
        finish(stream, {});
      }
      return;  // an event will tell that the client reads again
    }
    taken += static_cast<std::size_t>(sent);
  }
}

void OpenStreams::finish(Stream& stream, End end) {
  // Once it is told, the descriptor may be closed and be something else.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, stream.descriptor, nullptr);
  const auto owner = std::move(*stream.position);
  streams_.erase(owner->position);
  owner->ended.set_value(std::move(end));
}

}  // namespace glusterfs_exporter::web
