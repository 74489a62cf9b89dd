using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace OrderFlow.Api.Http;

/// <summary>Parses a body once it is received.</summary>
internal delegate TResult ParseBody<out TResult>(ReadOnlySpan<byte> body);

/// <summary>Reads request bodies.</summary>
internal static class BodyReader
{
    /// <summary>Reads and parses a body; rejects it with 413 for too many bytes, 408 if it takes too long, and 400 if it breaks off.</summary>
    public static async ValueTask<TResult> Read<TResult>(HttpContext context, int maxBytes, ParseBody<TResult> parse, Func<int, TResult> reject)
    {
        var request = context.Request;
        if (request.ContentLength > maxBytes) return reject(StatusCodes.Status413PayloadTooLarge);

        try
        {
            // Cancelled when the request times out or the client leaves. A token passed to ReadAsync would make the reader unusable for the server, which
            // discards the rest of the body.
            var body = request.BodyReader;
            await using var cancellation = context.RequestAborted.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), body);
            while (true)
            {
                var read = await body.ReadAsync();
                if (read.IsCanceled)
                {
                    body.AdvanceTo(read.Buffer.End);
                    return reject(StatusCodes.Status408RequestTimeout);
                }

                var isTooLong = read.Buffer.Length > maxBytes;
                if (!isTooLong && !read.IsCompleted)
                {
                    body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                var result = isTooLong ? reject(StatusCodes.Status413PayloadTooLarge) : parse(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
                body.AdvanceTo(read.Buffer.End);   // the server continues from here to find the next request
                return result;
            }
        }
        catch (BadHttpRequestException error)
        {
            return reject(error.StatusCode);   // the server found the body too large, too slow or incomplete
        }
        catch (ConnectionResetException)
        {
            context.Abort();   // nobody waits for an answer; the server would log an error when it cannot discard the rest of the body
            return reject(StatusCodes.Status400BadRequest);
        }
        catch (IOException)
        {
            return reject(StatusCodes.Status400BadRequest);   // an impossible chunk size
        }
    }
}
