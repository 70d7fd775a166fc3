import { Controller, Get, HttpCode, Post, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { NDJSON } from '../kernel/http/ndjson';
import { Operation } from '../kernel/http/operation';
import { localeOf } from '../kernel/http/request-locale';
import { NdjsonBody } from '../kernel/http/streamed-bodies';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { CallsExportService } from './calls-export.service';
import { CallsImportService } from './calls-import.service';
import { CallExport, CallImport, ExportCalls } from './calls-transfer.dto';

const CSV = 'text/csv';
const types = {
  csv: `${CSV}; charset=utf-8`,
  ndjson: NDJSON,
  json: 'application/json; charset=utf-8',
};

/** Calls by the file. */
@ApiTags('Calls')
@Controller('calls')
export class CallsTransferController {
  constructor(
    private readonly exports: CallsExportService,
    private readonly imports: CallsImportService,
  ) {}

  @Get('export')
  @Needs('call.export')
  @Operation({
    summary: 'Export calls as CSV, NDJSON or JSON',
    description:
      'Of any length, with the filters and in the order of the list, each call whole. CSV is UTF-8 without a byte order mark; cells that a spreadsheet would take for a formula begin with an apostrophe. The last line of NDJSON is `{"type":"end","rows":…,"cursor":…}`. An answer that breaks off is not complete: go on with the id of the last call received as `cursor`.',
    ok: CallExport,
    media: [CSV, NDJSON],
    problems: ['request.invalid', 'cursor.invalid', 'tenant.export_busy'],
  })
  async export(
    @CurrentPrincipal() who: Principal,
    @Query() query: ExportCalls,
  ): Promise<StreamableFile> {
    return new StreamableFile(await this.exports.export(who, query), {
      type: types[query.format],
      disposition: `attachment; filename="calls.${query.format}"`,
    });
  }

  @Post('import')
  @HttpCode(200)
  @Needs('call.import')
  @ApiConsumes(NDJSON)
  @ApiBody({
    required: true,
    description: 'One call a line, each as the body of POST /calls and at most 1 MiB.',
    schema: {
      type: 'string',
      example: '{"startedAt":"2025-01-31T09:30:00Z","direction":"inbound","status":"ended"}\n',
    },
  })
  @Operation({
    summary: 'Import calls, one JSON object a line',
    description:
      'Of any length. A line with a providerCallId that is known changes the fields that it has; one without is a new call each time. Some hundred lines are stored together: when the connection breaks off, what was stored stays, and the same file can be sent again.',
    ok: CallImport,
    problems: ['call.import_busy'],
  })
  import(
    @CurrentPrincipal() who: Principal,
    @NdjsonBody() lines: Readable,
    @Req() { headers }: FastifyRequest,
  ): Promise<CallImport> {
    return this.imports.import(who, lines, localeOf(headers));
  }
}
