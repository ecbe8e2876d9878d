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
 * A connection on which the client sees one answer to each request: it takes {@code 100 Continue} and {@code 103 Early Hints}
 * for the final one, and what comes after that for the answer to its next request.
 */
final class S3Connection extends ChannelOutboundHandlerAdapter {

    /** The status that Netty gives to an answer whose first line is not HTTP. */
    private static final int UNREADABLE = 999;

    private static final int MILLIS_TO_ASK = 20;

    private final AtomicInteger place;
    private ChannelHandler guarded;

    /** @param place among the addresses of a host, of which the first may be dead; for all connections to it */
    S3Connection(AtomicInteger place) {
        this.place = place;
    }

    /** The client's pool waits for ever for a connection that is refused while it is still asking for it. */
    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise)
            throws Exception {
        int tried = place.get();
        ChannelPromise attempt = context.newPromise();
        attempt.addListener(done -> {
            if (done.isSuccess()) {
                promise.trySuccess();
            } else {
                place.compareAndSet(tried, tried + 1);
                context.executor()
                        .schedule(() -> promise.tryFailure(done.cause()), MILLIS_TO_ASK, TimeUnit.MILLISECONDS);
            }
        });
        super.connect(context, address(remote, tried), local, attempt);
    }

    /** That at a place of the host's; its name was resolved just now, so that this does not block. */
    private static SocketAddress address(SocketAddress remote, int place) throws UnknownHostException {
        if (place == 0 || !(remote instanceof InetSocketAddress first)) {
            return remote;
        }
        InetAddress[] all = InetAddress.getAllByName(first.getHostString());
        return new InetSocketAddress(all[Math.floorMod(place, all.length)], first.getPort());
    }

    /** The client sets up its handlers once it is connected, and others for the way through a proxy. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        ChannelHandlerContext codec = context.pipeline().context(HttpClientCodec.class);
        if (codec != null && codec.handler() != guarded) {
            guarded = codec.handler();
            context.pipeline().addAfter(codec.name(), null, new Ignoring());
        }
        super.write(context, message, promise);
    }

    /** An answer that is not HTTP; the client would take it for one with the status 999. */
    static final class NotHttp extends IOException {
        private NotHttp() {
            super("not HTTP");
        }
    }

    private static final class Ignoring extends ChannelDuplexHandler {

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
                // Swift ends a body that its answer to HEAD has not.
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
