#include "runtime/tasks/future.hpp"

namespace aio::detail {

namespace {

/// The last of a future's callbacks to run: until then the future is kept alive for those of the program.
class KeepAlive final : public Entry, public Pooled {
  public:
    explicit KeepAlive(FutureState& state) noexcept : state_(&state) {}
    void run() noexcept override { delete this; }
    void discard() noexcept override { delete this; }

  private:
    Ref<FutureState> state_;
};

}  // namespace

FutureState::~FutureState() {
    while (Entry* entry = callbacks_.pop_front()) entry->discard();
}

void FutureState::report_if_lost(const char* message, const std::exception_ptr& error,
                                 std::string task) const noexcept {
    if (!error || error_retrieved) return;
    const ExceptionContext context{message, error, std::move(task)};
    if (belongs_to_running_loop())
        running_loop->call_exception_handler(context);
    else
        EventLoop::default_exception_handler(context);
}

bool FutureState::cancel() {
    if (done()) return false;
    complete(Phase::cancelled);
    return true;
}

void FutureState::complete(Phase phase) {
    require_pending();
    if (!belongs_to_running_loop()) throw RuntimeError("a future can be completed only in its own loop");
    phase_ = phase;
    if (done_callbacks_ > 0 && !callbacks_.empty()) callbacks_.push_back(*new KeepAlive(*this));
    running_loop->ready().append(callbacks_);
}

void FutureState::add_callback(Entry& entry) {
    if (!done())
        callbacks_.push_back(entry);
    else
        get_running_loop().ready().push_back(entry);
}

std::uint32_t FutureState::add_done_callback(DoneCallback* callback) {
    callback->id = ++done_callbacks_;
    add_callback(*callback);
    if (done()) add_callback(*new KeepAlive(*this));
    return done_callbacks_;
}

std::size_t FutureState::remove_done_callback(std::uint32_t id) {
    for (Entry* entry = callbacks_.front(); entry; entry = callbacks_.after(*entry)) {
        auto* callback = dynamic_cast<DoneCallback*>(entry);
        if (!callback || callback->id != id) continue;
        delete callback;
        return 1;
    }
    return 0;
}

void FutureState::require_result() {
    if (!done()) throw InvalidStateError("Result is not set.");
    if (cancelled()) throw CancelledError();
    error_retrieved = true;
}

void FutureState::require_pending() const {
    if (done()) throw InvalidStateError("invalid state: the future has a result already");
}

void DoneCallback::run() noexcept {
    const std::unique_ptr<DoneCallback> self(this);
    try {
        call();
    } catch (...) {
        running_loop->call_exception_handler({"Exception in callback", std::current_exception(), {}});
    }
}

}  // namespace aio::detail
