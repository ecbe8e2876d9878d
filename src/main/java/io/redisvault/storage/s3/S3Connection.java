package io.redisvault.storage.s3;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets the client see exactly one answer to each request. Otherwise the client takes {@code 100 Continue} or
 * {@code 103 Early Hints} for the final answer, and what follows for the answer to its next request.
 */
final class S3Connection extends ChannelOutboundHandlerAdapter {

    /** Netty gives this status to an answer whose first line is not HTTP. */
    private static final int UNREADABLE = 999;

    private static final int FAILURE_DELAY_MILLIS = 20;

    private final AtomicInteger addressIndex;
    private ChannelHandler filtered;

    /** @param addressIndex the host's address to use, as the first may be dead; shared by all connections */
    S3Connection(AtomicInteger addressIndex) {
        this.addressIndex = addressIndex;
    }

    /** Reports a failure with a delay: the client's pool waits forever if it comes too early. */
    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise)
            throws Exception {
        int tried = addressIndex.get();
        ChannelPromise attempt = context.newPromise();
        attempt.addListener(done -> {
            if (done.isSuccess()) {
                promise.trySuccess();
            } else {
                addressIndex.compareAndSet(tried, tried + 1);
                context.executor()
                        .schedule(() -> promise.tryFailure(done.cause()), FAILURE_DELAY_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
        super.connect(context, address(remote, tried), local, attempt);
    }

    /** Returns an address of the host. Does not block, because the name was resolved just before. */
    private static SocketAddress address(SocketAddress remote, int index) throws UnknownHostException {
        if (index == 0 || !(remote instanceof InetSocketAddress first)) {
            return remote;
        }
        InetAddress[] all = InetAddress.getAllByName(first.getHostString());
        return new InetSocketAddress(all[Math.floorMod(index, all.length)], first.getPort());
    }

    /** Adds the filter here: the client adds handlers after connecting, and others for a proxy. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        ChannelHandlerContext codec = context.pipeline().context(HttpClientCodec.class);
        if (codec != null && codec.handler() != filtered) {
            filtered = codec.handler();
            context.pipeline().addAfter(codec.name(), null, new OneAnswerFilter());
        }
        super.write(context, message, promise);
    }

    /** The answer is not HTTP. The client would take it for one with the status 999. */
    static final class NotHttp extends IOException {
        private NotHttp() {
            super("not HTTP");
        }
    }

    private static final class OneAnswerFilter extends ChannelDuplexHandler {

        private boolean interim;
        private boolean answered;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            answered = false;
            super.write(context, message, promise);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (answered) {
                // Swift ends a body after its answer to HEAD, which has none.
                ReferenceCountUtil.release(message);
                context.close();
                return;
            }
            if (message instanceof HttpResponse answer) {
                Throwable broken = answer.decoderResult().cause();
                if (broken != null) {
                    ReferenceCountUtil.release(message);
                    context.fireExceptionCaught(
                            broken instanceof PrematureChannelClosureException
                                    ? new IOException("its answer broke off among its headers")
                                    : answer.status().code() == UNREADABLE
                                            ? new NotHttp()
                                            : new IOException("the headers of its answer are not allowed: "
                                                    + broken.getMessage()));
                    return;
                }
                interim = answer.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            }
            boolean last = message instanceof LastHttpContent;
            if (interim) {
                interim = !last;
                ReferenceCountUtil.release(message);
                context.read();
            } else {
                answered = last;
                context.fireChannelRead(message);
            }
        }
    }
}
