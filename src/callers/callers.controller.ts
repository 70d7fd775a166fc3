import { Body, Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { CallerErasureService } from './caller-erasure.service';
import { CallerExportService } from './caller-export.service';
import {
  EraseCaller,
  ErasurePreview,
  ListReceipts,
  OfCaller,
  ReceiptPage,
  ReceiptView,
} from './callers.dto';
import { ErasureReceipts } from './erasure-receipts.service';

const NDJSON = 'application/x-ndjson';

@ApiTags('Callers')
@Controller('callers')
export class CallersController {
  constructor(
    private readonly erasure: CallerErasureService,
    private readonly exports: CallerExportService,
    private readonly receipts: ErasureReceipts,
  ) {}

  @Post('export')
  @HttpCode(200)
  @Needs('caller.export')
  @Operation({
    summary: 'Download everything about a caller’s number, one JSON object a line',
    description:
      'Each line has a `type`: phone_number (when it is one of the tenant), call (with that number, in full), mention (what stands around the number in another call). The last one is `end` with the number of rows of each type; without it the download broke off.',
    media: NDJSON,
    problems: ['rate.limited', 'tenant.export_busy'],
  })
  async download(
    @CurrentPrincipal() who: Principal,
    @Body() { number }: OfCaller,
  ): Promise<StreamableFile> {
    const lines = await this.exports.open(who, number);
    return new StreamableFile(lines, {
      type: NDJSON,
      disposition: 'attachment; filename="caller.ndjson"',
    });
  }

  @Post('erase-preview')
  @HttpCode(200)
  @Needs('caller.erase')
  @Operation({
    summary: 'Count what erasing a caller’s number would change, and get the confirmation for it',
    ok: ErasurePreview,
    problems: ['rate.limited'],
  })
  preview(
    @CurrentPrincipal() who: Principal,
    @Body() { number }: OfCaller,
  ): Promise<ErasurePreview> {
    return this.erasure.preview(who, number);
  }

  @Post('erase')
  @HttpCode(200)
  @Needs('caller.erase')
  @Operation({
    summary: 'Erase everything about a caller’s number, for good',
    description:
      'Calls with that number keep status, times and cost, and lose number, transcript, messages, summary, notes, tags and recording address. In other calls the number is masked where it is written in a usual form. The answer is a receipt that does not hold the number. Again, it finds nothing more.',
    ok: ReceiptView,
    problems: ['erasure.not_confirmed', 'rate.limited'],
  })
  erase(@CurrentPrincipal() who: Principal, @Body() body: EraseCaller): Promise<ReceiptView> {
    return this.erasure.erase(who, body);
  }

  @Get('receipts')
  @Needs('caller.erase')
  @Operation({
    summary: 'List the receipts of erasures, newest first',
    ok: ReceiptPage,
    problems: ['request.invalid', 'cursor.invalid'],
  })
  list(@CurrentPrincipal() who: Principal, @Query() query: ListReceipts): Promise<ReceiptPage> {
    return this.receipts.list(who, query);
  }
}
